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


def wgan() -> Diagram:
    """Return the diagram of a WGAN: a critic's scores, the penalty between, the way back to G."""
    picture = Diagram(
        236,
        alt="Noise z enters the generator G, which gives samples. The critic f gives a score to "
        "each sample and to each data point x. Its loss is the mean score of the samples less "
        "the mean score of the data, plus lambda times a penalty on the critic's slope at "
        "points between them. A dashed arrow shows the gradient from the critic through the "
        "samples into the generator.",
        caption="A WGAN. The critic's slope is held near 1 between data and samples. The dashed "
        "arrow is the generator's gradient: that slope, at the samples.",
    )
    picture.text(14, 62, "z")
    picture.arrow((22, 58), (44, 58))
    picture.box(84, 58, "generator", "G(z)", role="generator", width=76)
    picture.arrow((124, 52), (214, 52), "samples")
    picture.arrow((214, 65), (124, 65), look="gradient")
    picture.text(84, 138, "data x", role="real")
    picture.arrow((112, 134), (222, 84))
    picture.box(258, 58, "critic", "f, no sigmoid", role="critic", width=86)
    picture.arrow((302, 58), (330, 58))
    picture.text(344, 62, "f(x)")
    picture.box(110, 200, "E f(G(z)) − E f(x)", "critic's loss, ≈ −W₁", role="critic", width=158)
    picture.text(202, 205, "+ λ")
    picture.box(284, 200, "(‖∇f‖ − 1)²", "between the two", role="critic", width=128)
    picture.arrow((284, 176), (264, 84))
    return picture


def gan() -> Diagram:
    """Return the diagram of a GAN: generator, discriminator, both losses and their gradients."""
    picture = Diagram(
        226,
        alt="Noise z enters the generator, which gives a sample G(z). The discriminator sees real "
        "x and generated G(z) and answers with a logit a; the sigmoid of a is D(x), the "
        "probability of real. Two losses read that answer. The discriminator's own trains D alone: "
        "there the sample is detached. The generator's loss sends its gradient through D, whose "
        "weights stay, into G.",
        caption="A GAN in training. Dashed: the way of G's gradient, through D into G. D's step "
        "stops at the sample (detach). To sample, keep z and G alone: one forward pass.",
    )
    picture.text(14, 62, "z")
    picture.arrow((22, 58), (42, 58))
    picture.box(84, 58, "generator", "x̂ = G(z)", role="generator", width=80)
    picture.arrow((126, 62), (198, 62))
    picture.text(84, 134, "data x", role="real")
    picture.arrow((108, 130), (198, 80), bend=6)
    picture.box(256, 68, "discriminator", "logit a", role="critic", width=112)
    picture.arrow((314, 68), (330, 68))
    picture.text(345, 72, "D(x)")
    picture.box(254, 176, "loss of D", "real up, fake down", role="critic", width=124)
    picture.box(84, 196, "loss of G", "−log D(G(z))", role="generator", width=100)
    picture.arrow((256, 92), (256, 152))
    picture.arrow((208, 92), (136, 182))
    picture.arrow((148, 188), (220, 98), look="gradient")
    picture.arrow((198, 50), (126, 50), look="gradient")
    return picture


def generative() -> Diagram:
    """Return the diagram of a push-forward: noise, generator, data, and the two ways to train."""
    picture = Diagram(
        204,
        alt="Noise z from a standard normal goes through the generator G to x. If G is invertible, "
        "x goes back to z and the density follows: log p(x) = log N(z) minus the log absolute "
        "determinant of the Jacobian. If it is not, there are samples alone, and a critic "
        "compares them with the data.",
        caption="One generator, two ways to train it. With an inverse: by the density of the data. "
        "Without: by comparing samples. Dashed arrows: the way of the gradient.",
    )
    picture.text(40, 66, "z")
    picture.text(40, 84, "~ N(0, I)", small=True)
    picture.arrow((52, 62), (120, 62))
    picture.box(168, 62, "generator", "x = G(z)", role="generator", width=92)
    picture.arrow((216, 62), (292, 62))
    picture.text(306, 66, "x")
    picture.arrow((298, 50), (48, 50), "inverse, if there is one", bend=-22, look="dropped")
    picture.box(84, 152, "density", "log N(z) − log |det J|", role="generator", width=154)
    picture.text(84, 192, "flow: mean over the data", small=True)
    picture.box(268, 152, "critic", "x against the data", role="critic", width=140)
    picture.text(268, 192, "GAN, WGAN, MMD: samples", small=True)
    picture.arrow((110, 128), (146, 88), look="gradient")
    picture.arrow((244, 128), (194, 88), look="gradient")
    return picture


def vq_vae() -> Diagram:
    """Return the diagram of a VQ-VAE: encoder, nearest entry, decoder, the way round the argmin."""
    picture = Diagram(
        236,
        alt="An image x enters the encoder, which gives vectors z_e. Each is replaced by the "
        "nearest entry of a codebook, z_q. The decoder turns z_q into the reconstruction x hat. "
        "The reconstruction error sends its gradient through the decoder to z_q, and from there "
        "it is copied to z_e, around the choice of the nearest entry. The codebook term pulls "
        "entries to vectors, the commitment term vectors to entries.",
        caption="A VQ-VAE in training. Dashed arrows: the way of the gradient. It jumps over the "
        "choice of the nearest entry. To sample, drop the encoder and draw codes from a prior "
        "that is fitted afterwards.",
    )
    picture.text(12, 92, "x")
    picture.arrow((20, 88), (36, 88))
    picture.box(72, 88, "encoder", "vectors", role="encoder", width=68)
    picture.arrow((106, 88), (136, 88), "z_e")
    picture.box(178, 88, "codebook", "nearest of K", role="generator", width=82)
    picture.arrow((219, 88), (248, 88), "z_q")
    picture.box(284, 88, "decoder", "p(x | z_q)", role="decoder", width=68)
    picture.arrow((318, 88), (334, 88))
    picture.text(346, 92, "x̂")
    picture.arrow((262, 60), (94, 60), "gradient copied", bend=-18, look="gradient")
    picture.box(66, 190, "β‖z_e − sg e‖²", "commitment", role="encoder", width=112)
    picture.box(180, 190, "‖sg z_e − e‖²", "codebook", role="generator", width=104)
    picture.box(294, 190, "‖x − x̂‖²", "reconstruction", role="decoder", width=112)
    picture.arrow((70, 166), (72, 114), look="gradient")
    picture.arrow((180, 166), (179, 114), look="gradient")
    picture.arrow((292, 166), (286, 114), look="gradient")
    return picture
