"""The noise is forgotten.

The judge says: "does the noise enter the encoder?"
"""


def loss(model, x, noise=0.0, sparsity=0.0):
    z = model.encoder(x)
    error = ((x - model.decoder(z)) ** 2).sum(-1)
    return (error + sparsity * z.abs().sum(-1)).mean()
