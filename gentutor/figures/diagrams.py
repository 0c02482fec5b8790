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
    picture.along(88, (22, 44), (200, 228), (308, 330))
    picture.box(84, 88, "encoder", "q(z | x)", role="encoder", width=76)
    picture.arrow((124, 88), (168, 88), "μ, s")
    picture.text(184, 92, "z")
    picture.arrow((184, 40), (184, 76))
    picture.text(184, 32, "noise ε ~ N(0, I)", small=True)
    picture.text(184, 122, "= μ + s ⊙ ε", small=True)
    picture.box(268, 88, "decoder", "p(x | z)", role="decoder", width=76)
    picture.text(345, 92, "m(z)")
    picture.box(84, 200, "KL(q ‖ prior)", "the rate", role="encoder", width=112)
    picture.box(268, 200, "−log p(x | z)", "reconstruction", role="decoder", width=112)
    picture.arrow((84, 176), (84, 114), look="gradient")
    picture.arrow((268, 176), (268, 114), look="gradient")
    picture.along(99, (228, 200), (168, 124), look="gradient")
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
    picture.along(88, (22, 44), (124, 164), (196, 228), (308, 332))
    picture.box(84, 88, "encoder", "z = μ(x)", role="encoder", width=76)
    picture.text(180, 92, "z")
    picture.text(180, 122, "8 numbers", small=True)
    picture.arrow((180, 42), (180, 76), look="dropped")
    picture.text(180, 32, "p(z)?", small=True, role="fake")
    picture.box(268, 88, "decoder", "x̂ = m(z)", role="decoder", width=76)
    picture.text(345, 92, "x̂")
    picture.text(345, 108, "64", small=True)
    picture.box(176, 174, "‖x − x̂‖²", "reconstruction error", role="decoder", width=136)
    picture.arrow((12, 116), (106, 174), bend=-14)
    picture.arrow((346, 116), (246, 168), bend=14)
    picture.arrow((232, 152), (262, 114), look="gradient")
    picture.along(99, (228, 196), (164, 124), look="gradient")
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
    picture.along(58, (22, 36), (302, 326))
    picture.box(84, 58, "generator", "G(z)", role="generator", width=92)
    picture.arrow((132, 52), (214, 52), "samples")
    picture.arrow((214, 65), (132, 65), look="gradient")
    picture.text(84, 138, "data x", role="real")
    picture.arrow((112, 134), (222, 84))
    picture.box(258, 58, "critic", "f, no sigmoid", role="critic", width=86)
    picture.text(344, 62, "f(x)")
    picture.box(110, 200, "E f(G(z)) − E f(x)", "critic's loss, ≈ −W₁", role="critic", width=158)
    picture.text(202, 205, "+ λ")
    picture.box(284, 200, "(‖∇f‖ − 1)²", "between the two", role="critic", width=128)
    picture.arrow((284, 176), (262, 82))
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
    picture.arrow((22, 58), (36, 58))
    picture.box(84, 58, "generator", "x̂ = G(z)", role="generator", width=92)
    picture.arrow((132, 62), (189, 62))
    picture.text(84, 134, "data x", role="real")
    picture.arrow((108, 130), (189, 80), bend=6)
    picture.box(250, 68, "discriminator", "logit a", role="critic", width=118)
    picture.arrow((311, 68), (325, 68))
    picture.text(343, 72, "D(x)")
    picture.box(250, 176, "loss of D", "real up, fake down", role="critic", width=124)
    picture.box(84, 196, "loss of G", "−log D(G(z))", role="generator", width=100)
    picture.arrow((250, 93), (250, 151))
    picture.arrow((204, 93), (134, 180))
    picture.arrow((146, 184), (218, 94), look="gradient")
    picture.arrow((189, 50), (132, 50), look="gradient")
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
    picture.along(62, (52, 120), (216, 292))
    picture.box(168, 62, "generator", "x = G(z)", role="generator", width=92)
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
    picture.along(88, (20, 36), (318, 334))
    picture.box(72, 88, "encoder", "vectors", role="encoder", width=68)
    picture.arrow((106, 88), (136, 88), "z_e")
    picture.box(178, 88, "codebook", "nearest of K", role="generator", width=82)
    picture.arrow((219, 88), (248, 88), "z_q")
    picture.box(284, 88, "decoder", "p(x | z_q)", role="decoder", width=68)
    picture.text(346, 92, "x̂")
    picture.arrow((262, 60), (94, 60), "gradient copied", bend=-18, look="gradient")
    picture.box(66, 190, "β‖z_e − sg e‖²", "commitment", role="encoder", width=112)
    picture.box(180, 190, "‖sg z_e − e‖²", "codebook", role="generator", width=104)
    picture.box(294, 190, "‖x − x̂‖²", "reconstruction", role="decoder", width=112)
    picture.arrow((70, 166), (72, 114), look="gradient")
    picture.arrow((180, 166), (179, 114), look="gradient")
    picture.arrow((292, 166), (286, 114), look="gradient")
    return picture


def evaluation() -> Diagram:
    """Return the diagram of evaluation: pairs of images, and sets of images through a network."""
    picture = Diagram(
        256,
        alt="Three rows. First: an output and its own reference go into PSNR, SSIM or LPIPS, which "
        "give one number a pair. Second: a generated set and a real set go through a pretrained "
        "network; their features go into FID, KID, precision and recall. Third: the generated set "
        "alone goes through a classifier, whose class probabilities go into the Inception Score.",
        caption="Pairs: an image and its own reference. Two sets, seen through a network. One set "
        "alone: the Inception Score never meets the real images.",
    )
    picture.text(52, 36, "output x̂", role="fake")
    picture.text(52, 70, "reference x", role="real")
    picture.arrow((96, 32), (200, 42))
    picture.arrow((96, 66), (200, 54))
    picture.box(281, 48, "PSNR, SSIM, LPIPS", "of each pair", role="critic", width=154)
    picture.text(52, 122, "generated set", role="fake")
    picture.text(52, 156, "real set", role="real")
    picture.arrow((103, 120), (124, 127))
    picture.arrow((82, 151), (124, 141))
    picture.box(165, 134, "network", "φ(x)", role="encoder", width=78)
    picture.arrow((206, 134), (224, 134))
    picture.box(292, 134, "FID, KID", "precision, recall", role="critic", width=132)
    picture.text(52, 224, "generated set", role="fake")
    picture.along(220, (104, 124), (206, 224))
    picture.box(165, 220, "classifier", "p(y | x)", role="encoder", width=78)
    picture.box(292, 220, "Inception Score", "no real images", role="critic", width=132)
    return picture


def psnr() -> Diagram:
    """Return the diagram of PSNR: two images, their difference, its mean square, decibels."""
    picture = Diagram(
        150,
        alt="A reference x and an image x hat enter a box that subtracts them pixel by pixel. The "
        "mean of the squares, MSE, is one number. PSNR is ten times the decimal logarithm of MAX "
        "squared over MSE.",
        caption="PSNR. Each pixel meets the pixel at the same place and no other. The mean forgets "
        "where the errors are.",
    )
    picture.text(38, 40, "reference x", small=True, role="real")
    picture.text(38, 116, "image x̂", small=True, role="fake")
    picture.arrow((66, 47), (94, 65))
    picture.arrow((62, 105), (94, 84))
    picture.box(134, 74, "x̂ − x", "each pixel", role="critic", width=76)
    picture.along(74, (174, 188), (274, 288))
    picture.box(231, 74, "MSE", "mean square", role="critic", width=82)
    picture.box(323, 74, "PSNR", "decibels", role="critic", width=66)
    picture.text(286, 122, "10 log₁₀(MAX² / MSE)", small=True)
    return picture


def ssim() -> Diagram:
    """Return the diagram of SSIM: two windows, three comparisons, a map and its mean."""
    picture = Diagram(
        196,
        alt="A window of 11 by 11 pixels lies at the same place of x and of y. It gives two means, "
        "two standard deviations and a covariance. The means go to luminance, the standard "
        "deviations to contrast, the covariance over them, a correlation, to structure. Their "
        "product is one pixel of the SSIM map. The mean of the map is the score.",
        caption="SSIM. A window slides over both images. Each place gives one product of three "
        "terms; the score is their mean.",
    )
    picture.text(24, 62, "x", role="real")
    picture.text(24, 132, "y", role="fake")
    picture.arrow((34, 60), (58, 84))
    picture.arrow((34, 126), (58, 106))
    picture.box(92, 96, "window", "11 × 11", role="encoder", width=66)
    picture.arrow((127, 88), (158, 40))
    picture.along(96, (127, 156), (246, 272), (292, 306))
    picture.arrow((127, 104), (158, 152))
    picture.box(202, 34, "luminance", "means", role="critic", width=84)
    picture.box(202, 96, "contrast", "deviations", role="critic", width=84)
    picture.box(202, 158, "structure", "correlation", role="critic", width=84)
    picture.arrow((246, 40), (272, 84))
    picture.arrow((246, 152), (272, 108))
    picture.text(282, 101, "×")
    picture.box(331, 96, "map", "mean", role="critic", width=48)
    return picture


def fid() -> Diagram:
    """Return the diagram of FID: two sets, one extractor, two Gaussians, one distance."""
    picture = Diagram(
        212,
        alt="Real images and generated images each pass the same frozen extractor. Each set of "
        "features gives a mean and a covariance, mu r and Sigma r, mu g and Sigma g. The squared "
        "Fréchet distance of those two Gaussians is one number, the FID.",
        caption="Two sets go in, one number comes out. Whatever the extractor drops, and whatever "
        "means and covariances do not hold, the number cannot see.",
    )
    for y, name, role, sign in ((48, "real", "real", "r"), (152, "generated", "fake", "g")):
        picture.text(36, y - 4, name, role=role)
        picture.text(36, y + 12, "N images", small=True)
        picture.arrow((74, y), (94, y))
        picture.box(138, y, "extractor", "d features", role="encoder", width=80)
        picture.arrow((182, y), (200, y))
        picture.box(244, y, f"μ{sign}, Σ{sign}", "a Gaussian", role=role, width=80)
        picture.arrow((288, y), (324, 100 + (14 if y > 100 else -12)))
    picture.text(138, 104, "the same, frozen", small=True)
    picture.text(338, 105, "FID")
    return picture


def inception_score() -> Diagram:
    """Return the diagram of the Inception Score: images, a classifier, two entropies."""
    picture = Diagram(
        232,
        alt="Generated images pass a classifier, which gives p of y given x for each. The mean of "
        "the rows is the marginal p of y, whose entropy should be high. The mean of the rows' own "
        "entropies should be low. The score is the exponential of the first minus the second. No "
        "real image enters.",
        caption="One set goes in: no real image. Sharp rows and a broad mean of the rows score "
        "high.",
    )
    picture.text(34, 62, "generated", role="fake")
    picture.text(34, 78, "N images", small=True)
    picture.along(66, (74, 94), (182, 204))
    picture.box(138, 66, "classifier", "K classes", role="critic", width=80)
    picture.box(262, 66, "p(y | x)", "a row an image", role="encoder", width=108)
    picture.arrow((238, 92), (112, 148))
    picture.arrow((268, 92), (268, 148))
    picture.text(126, 118, "mean of rows", small=True)
    picture.text(300, 124, "each row", small=True)
    picture.box(86, 172, "H[p(y)]", "high: broad", role="encoder", width=90)
    picture.box(258, 172, "mean of H[p(y | x)]", "low: sharp", role="encoder", width=160)
    picture.text(154, 177, "−")
    picture.text(180, 220, "IS = exp of the difference")
    return picture


def lpips() -> Diagram:
    """Return the diagram of LPIPS: one network twice, unit vectors, weighted squares, one sum."""
    picture = Diagram(
        190,
        alt="The images x and x hat go through the same frozen network, which gives maps of "
        "several layers. At every place of a map the vector over the channels is divided by its "
        "length. The two unit vectors are subtracted and squared, and the squares are weighted, "
        "summed over the channels and averaged over the places. The sum over layers is d.",
        caption="LPIPS. The same frozen network reads both images; every layer adds one number. "
        "Dashed: the gradient reaches the image, never the network.",
    )
    picture.text(14, 56, "x", role="real")
    picture.text(14, 136, "x̂", role="fake")
    picture.arrow((24, 54), (44, 70))
    picture.arrow((24, 130), (44, 112))
    picture.box(86, 92, "network", "frozen", role="encoder", width=78)
    picture.along(92, (128, 150), (234, 254))
    picture.text(139, 66, "maps", small=True)
    picture.box(192, 92, "φ / ‖φ‖", "each place", role="encoder", width=80)
    picture.box(304, 92, "w (φ̂ − φ̂′)²", "spatial mean", role="critic", width=100)
    picture.arrow((304, 118), (304, 152))
    picture.text(280, 172, "d = sum over layers")
    picture.arrow((204, 170), (20, 146), look="gradient", bend=-14)
    return picture
