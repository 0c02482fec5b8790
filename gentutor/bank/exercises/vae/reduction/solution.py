"""The loss of a VAE, and a linear VAE that is trained by it."""

import torch


def loss(x, mean, mu, logvar):
    reconstruction = 0.5 * (x - mean).square().sum(-1)
    kl = 0.5 * (mu**2 + logvar.exp() - logvar - 1).sum(-1)
    return (reconstruction + kl).mean()


def symptom():
    noise = torch.Generator().manual_seed(0)
    x = 0.5 * torch.randn(256, 1, generator=noise).expand(256, 64)
    weights = [0.1 * torch.ones(64, 1), torch.zeros(1), 0.1 * torch.ones(64)]
    encoder, logvar, decoder = (w.requires_grad_() for w in weights)
    for step in range(1001):
        mu = x @ encoder
        eps = torch.randn(mu.shape, generator=noise)
        z = mu + (0.5 * logvar).exp() * eps
        slopes = torch.autograd.grad(
            loss(x, z * decoder, mu, logvar.expand_as(mu)), weights
        )
        with torch.no_grad():
            for weight, slope in zip(weights, slopes):
                weight -= 0.002 * slope
        if step % 250 == 0:
            kl = 0.5 * (mu**2 + logvar.exp() - logvar - 1).mean()
            error = (x - mu * decoder).square().mean()
            print(
                f"step {step:4}: KL {kl:5.2f} nats, squared error {error:.3f}"
            )


if __name__ == "__main__":
    symptom()
