"""The picture of each chapter's model: what goes in, what comes out, where gradients flow."""

from gentutor.figures.diagram import Diagram


def vae() -> Diagram:
    """Return the diagram of a VAE: encoder, noise, decoder, the two terms, what sampling keeps."""
    picture = Diagram(
        236,
        alt="An image x enters the encoder, which gives the mean mu and the width s. Noise epsilon "
        "from a standard normal joins them: z = mu + s times epsilon. The decoder turns z into "
        "the mean m(z) of p(x | z). The KL compares encoder and prior, the reconstruction term "
        "x and m(z). Gradients run back from both terms, through z, into the encoder. For sampling "
        "the encoder is dropped: z comes from the prior.",
        caption="A VAE in training. Dashed arrows: the way of the gradient, through z into the "
        "encoder. To sample, drop the left half: draw z from the prior and decode it.",
    )
    picture.text(12, 92, "x")
    picture.arrow((22, 88), (44, 88))
    picture.box(84, 88, "encoder", "q(z | x)", role="encoder", width=76)
    picture.arrow((124, 88), (168, 88), "μ, s")
    picture.text(184, 92, "z")
    picture.arrow((184, 40), (184, 76))
    picture.text(184, 32, "noise ε ~ N(0, I)", small=True)
    picture.text(184, 122, "= μ + s ⊙ ε", small=True)
    picture.arrow((200, 88), (228, 88))
    picture.box(268, 88, "decoder", "p(x | z)", role="decoder", width=76)
    picture.arrow((308, 88), (330, 88))
    picture.text(345, 92, "m(z)")
    picture.box(84, 200, "KL(q ‖ prior)", "the rate", role="encoder", width=112)
    picture.box(268, 200, "−log p(x | z)", "reconstruction", role="decoder", width=112)
    picture.arrow((84, 176), (84, 114), look="gradient")
    picture.arrow((268, 176), (268, 114), look="gradient")
    picture.arrow((228, 99), (200, 99), look="gradient")
    picture.arrow((168, 99), (124, 99), look="gradient")
    picture.text(176, 204, "+")
    return picture


def elbo() -> Diagram:
    """Return the diagram of log p(x) cut into the ELBO and the gap, and the ELBO into its terms."""
    picture = Diagram(
        236,
        alt="A bar for log p(x). Below it the same length in two pieces: the ELBO, and the gap, "
        "which is the KL from q(z | x) to the posterior p(z | x). Below that the reconstruction "
        "term E log p(x | z), longer than the ELBO by exactly the rate, the KL from q(z | x) to "
        "the prior p(z).",
        caption="log p(x) is set by prior and decoder. The encoder decides how much of it the ELBO "
        "shows. The ELBO is the reconstruction term less the rate. (As if all were positive.)",
    )
    picture.box(180, 26, "log p(x)", role="real", width=330)
    picture.box(124, 86, "ELBO", "what is maximised", role="critic", width=218)
    picture.box(291, 86, "gap", "KL(q ‖ p(z | x))", role="fake", width=108)
    picture.box(166, 148, "E log p(x | z)", "reconstruction", role="decoder", width=302)
    picture.box(276, 204, "rate", "KL(q ‖ p(z))", role="encoder", width=82)
    picture.text(222, 208, "−")
    return picture


def autoencoder() -> Diagram:
    """Return the diagram of an autoencoder: encoder, code, decoder, error, and what is missing."""
    picture = Diagram(
        206,
        alt="An image x of 64 numbers enters the encoder, which gives a code z of 8 numbers. The "
        "decoder turns z into the reconstruction x hat, 64 numbers. The squared error compares x "
        "hat with x. Its gradient runs back through decoder, code and encoder. Above the code a "
        "dotted arrow from a question mark: no distribution says which codes to draw.",
        caption="An autoencoder in training. Dashed arrows: the way of the gradient. Dotted: what "
        "you would need to generate, and an autoencoder does not have, a distribution of z.",
    )
    picture.text(12, 92, "x")
    picture.text(14, 108, "64", small=True)
    picture.arrow((22, 88), (44, 88))
    picture.box(84, 88, "encoder", "z = μ(x)", role="encoder", width=76)
    picture.arrow((124, 88), (164, 88))
    picture.text(180, 92, "z")
    picture.text(180, 122, "8 numbers", small=True)
    picture.arrow((180, 42), (180, 76), look="dropped")
    picture.text(180, 32, "p(z)?", small=True, role="fake")
    picture.arrow((196, 88), (228, 88))
    picture.box(268, 88, "decoder", "x̂ = m(z)", role="decoder", width=76)
    picture.arrow((308, 88), (332, 88))
    picture.text(345, 92, "x̂")
    picture.text(345, 108, "64", small=True)
    picture.box(176, 174, "‖x − x̂‖²", "reconstruction error", role="decoder", width=136)
    picture.arrow((12, 116), (106, 174), bend=-14)
    picture.arrow((346, 116), (246, 168), bend=14)
    picture.arrow((232, 152), (262, 114), look="gradient")
    picture.arrow((228, 99), (196, 99), look="gradient")
    picture.arrow((164, 99), (124, 99), look="gradient")
    return picture
