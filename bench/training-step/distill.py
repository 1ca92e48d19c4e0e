"""The methods of distillation in plain PyTorch eager, one class each.

Written from the papers: SiD and SiDA (Zhou et al. 2024), DMD and DMD2 (Yin et al. 2024), Progressive
Distillation (Salimans and Ho 2022) in its form for EDM teachers, and consistency distillation (Song
et al. 2023).
"""

import copy

import torch
from network import (
    SIGMA_DATA,
    Data,
    adam,
    average,
    beta,
    denoising_loss,
    log_normal_sigma,
    one_hot,
    update,
)
from torch import nn
from torch.nn import functional as F


def karras(count):
    """Noise levels from 80 down to 0.002."""
    low, high = 0.002 ** (1 / 7), 80 ** (1 / 7)
    return (high + torch.linspace(0, 1, count) * (low - high)) ** 7


def edm_weight(sigma):
    return (sigma**2 + SIGMA_DATA**2) / (sigma * SIGMA_DATA) ** 2


def adamw(parameters, rate):
    return torch.optim.AdamW(parameters, lr=rate, betas=(0.9, 0.999), weight_decay=0.01, fused=True)


class Distillation:
    """A teacher, a generator that starts from it, and the generator's average."""

    SIGMA_INIT = 80.0

    def __init__(self, o, network):
        self.o = o
        self.teacher = network.eval().requires_grad_(False)
        self.generator = self.copy()
        self.generator_parameters = list(self.generator.parameters())
        self.averages = [p.detach().clone() for p in self.generator_parameters]
        self.sigma_init = torch.full((1, 1, 1, 1), self.SIGMA_INIT)
        self.augment = torch.zeros(1, o.augment) if o.augment else None
        self.seen = 0

    def copy(self):
        return copy.deepcopy(self.teacher).requires_grad_(True)

    def noise(self):
        o = self.o
        z = torch.randn(o.batch, o.image_channels, o.resolution, o.resolution)
        return z.contiguous(memory_format=o.format)

    def images(self, z, label):
        return self.generator(z * self.SIGMA_INIT, self.sigma_init, label, self.augment)

    def label(self):
        o = self.o
        return one_hot(torch.randint(0, o.labels, (o.batch,)), o) if o.labels else None

    def follow(self):
        average(self.averages, self.generator_parameters, beta(self.o.batch, self.seen))
        self.seen += self.o.batch


class FakeScore(Distillation):
    """Beside the generator a network learns the score of what it generates."""

    def __init__(self, o, network):
        super().__init__(o, network)
        self.fake_score = self.copy()
        self.fake_score_parameters = list(self.fake_score.parameters())

    def learning(self):
        return self.fake_score.train().requires_grad_(True)

    def judging(self):
        return self.fake_score.eval().requires_grad_(False)


class Sid(FakeScore):
    """A SiD iteration: the fake score network's step, the generator's, the average."""

    SIGMA_INIT, ALPHA, SCALE, MAX_TIME = 2.5, 1.2, 100, 0.8

    def __init__(self, o, network):
        super().__init__(o, network)
        self.generator_adam = adam(self.generator, 1e-5, 0.0)
        self.fake_score_adam = adam(self.fake_score, 1e-5, 0.0)

    def fake_images(self, label):
        self.generator.eval()
        with torch.no_grad():
            return self.images(self.noise(), label)

    def perturbed(self, x):
        time_left = 1 - torch.rand(len(x), 1, 1, 1) * self.MAX_TIME
        low, high = 0.002 ** (1 / 7), 80 ** (1 / 7)
        sigma = (high + time_left * (low - high)) ** 7
        return x + torch.randn_like(x) * sigma, sigma

    def identity(self, x, r, f):
        """The loss and the weight that it is divided by."""
        with torch.no_grad():
            w = (x - r).abs().mean((1, 2, 3), keepdim=True).clamp(min=1e-5)
        difference = r - f
        return (difference * ((r - x) - self.ALPHA * difference) / w).sum(), w

    def step(self):
        o, augment = self.o, self.augment
        label = self.label()
        x = self.fake_images(label)
        fake_score_loss = denoising_loss(self.learning(), x, label, augment)
        fake_score_loss.backward()
        fake_score_norm = update(self.fake_score_adam, self.fake_score_parameters)

        label = self.label()
        self.generator.train()
        x = self.images(self.noise(), label)
        y, sigma = self.perturbed(x)
        r = self.teacher(y, sigma, label, augment)
        f = self.judging()(y, sigma, label, augment)
        loss = self.identity(x, r, f)[0] * (self.SCALE / o.batch)
        loss.backward()
        generator_norm = update(self.generator_adam, self.generator_parameters)
        self.follow()
        return fake_score_loss.item(), loss.item(), fake_score_norm, generator_norm


class Sida(Sid):
    """SiD with a discriminator that is read from the fake score network's encoder."""

    ALPHA = 1.0

    def __init__(self, o, network):
        super().__init__(o, network)
        self.data = Data(o)

    @staticmethod
    def entropy(features, real):
        logits = features.mean(1, keepdim=True)
        target = torch.full_like(logits, float(real))
        return F.binary_cross_entropy_with_logits(logits, target)

    def step(self):
        o, augment = self.o, self.augment
        real, label = self.data.batch()
        x = self.fake_images(label)
        network = self.learning()
        sigma = log_normal_sigma(o.batch)
        noise = torch.randn_like(x) * sigma
        f, fake_features = network.with_features(x + noise, sigma, label, augment)
        real_features = network.features(real + noise, sigma, label, augment)
        weight = edm_weight(sigma)
        doubt = (self.entropy(real_features, True) + self.entropy(fake_features, False)) / 2
        fake_score_loss = (weight * (f - x) ** 2).sum() / o.batch + (weight * doubt).sum() / o.batch
        fake_score_loss.backward()
        fake_score_norm = update(self.fake_score_adam, self.fake_score_parameters, max_value=1)

        label = self.data.batch()[1]
        self.generator.train()
        x = self.images(self.noise(), label)
        y, sigma = self.perturbed(x)
        r = self.teacher(y, sigma, label, augment)
        f, features = self.judging().with_features(y, sigma, label, augment)
        identity, w = self.identity(x, r, f)
        logits = features.mean(1, keepdim=True).clamp(-10, 10)
        doubt = F.binary_cross_entropy_with_logits(logits, torch.ones_like(logits))
        adversarial = (doubt / w).sum() * x[0].numel()
        loss = (identity * self.SCALE + adversarial * 0.01) * (0.5 / o.batch)
        loss.backward()
        generator_norm = update(self.generator_adam, self.generator_parameters, max_value=1)
        self.follow()
        return fake_score_loss.item(), loss.item(), fake_score_norm, generator_norm


class Dmd(FakeScore):
    """A DMD iteration; its distance between images is that of their pixels."""

    REGRESSION = 0.25

    def __init__(self, o, network):
        super().__init__(o, network)
        self.grid = karras(1000).flip(0)
        self.generator_adam = adamw(self.generator_parameters, 5e-5)
        self.fake_score_adam = adamw(self.fake_score_parameters, 5e-5)
        self.teacher.eval()
        self.generator.eval()
        self.fake_score.eval()
        self.pairs = Data(o)
        self.pair_noise = torch.randn(self.pairs.images.shape)

    def level(self, n, first=0, last=999):
        return self.grid[torch.randint(first, last + 1, (n, 1, 1, 1))]

    def matching_loss(self, x, label):
        with torch.no_grad():
            sigma = self.level(len(x), 20, 980)
            y = x + torch.randn_like(x) * sigma
            real = self.teacher(y, sigma, label, self.augment)
            fake = self.fake_score(y, sigma, label, self.augment)
            w = (x - real).abs().mean((1, 2, 3), keepdim=True)
            g = ((fake - real) / w).nan_to_num()
        return 0.5 * F.mse_loss(x, (x - g).detach())

    def fake_loss(self, x, label):
        sigma = self.level(len(x))
        denoised = self.fake_score(x + torch.randn_like(x) * sigma, sigma, label, self.augment)
        return (edm_weight(sigma) * (denoised - x) ** 2).mean()

    def regression(self):
        picked = torch.randint(0, len(self.pair_noise), (self.o.batch,))
        target = (self.pairs.images[picked].float() / 127.5 - 1)
        label = one_hot(self.pairs.labels[picked], self.o) if self.o.labels else None
        z = self.pair_noise[picked].contiguous(memory_format=self.o.format)
        return F.mse_loss(self.images(z, label), target)

    def step(self):
        label = self.label()
        x = self.images(self.noise(), label)
        self.fake_score.requires_grad_(False)
        loss = self.matching_loss(x, label) + self.REGRESSION * self.regression()
        loss.backward()
        generator_norm = update(self.generator_adam, self.generator_parameters, max_norm=10)
        self.fake_score.requires_grad_(True)
        fake_score_loss = self.fake_loss(x.detach(), label)
        fake_score_loss.backward()
        fake_score_norm = update(self.fake_score_adam, self.fake_score_parameters, max_norm=10)
        self.follow()
        return fake_score_loss.item(), loss.item(), fake_score_norm, generator_norm


class Head(nn.Sequential):
    """Says of the fake score network's bottleneck whether the images were real."""

    def __init__(self, channels, size):
        groups = min(32, channels // 4)
        rest = size // 2
        super().__init__(
            nn.Conv2d(channels, channels, 4, 2, 1),
            nn.GroupNorm(groups, channels),
            nn.SiLU(),
            nn.Conv2d(channels, channels, rest, rest),
            nn.GroupNorm(groups, channels),
            nn.SiLU(),
            nn.Conv2d(channels, 1, 1),
        )


class Dmd2(Dmd):
    """A DMD2 iteration in which both sides step: real images instead of pairs."""

    def __init__(self, o, network):
        super().__init__(o, network)
        self.head = Head(o.channels * o.mult[-1], o.resolution >> (len(o.mult) - 1))
        self.fake_score_parameters += list(self.head.parameters())
        self.fake_score_adam = adamw(self.fake_score_parameters, 2e-6)

    def logit(self, x, label):
        sigma = self.level(len(x))
        y = x + torch.randn_like(x) * sigma
        return self.head(self.fake_score.features(y, sigma, label, self.augment))

    def step(self):
        real, real_label = self.pairs.batch()
        label = self.label()
        x = self.images(self.noise(), label)
        self.fake_score.requires_grad_(False)
        self.head.requires_grad_(False)
        loss = self.matching_loss(x, label) + 3e-3 * F.softplus(-self.logit(x, label)).mean()
        loss.backward()
        generator_norm = update(self.generator_adam, self.generator_parameters, max_norm=10)
        self.fake_score.requires_grad_(True)
        self.head.requires_grad_(True)
        x = x.detach()
        doubt = F.softplus(self.logit(x, label)) + F.softplus(-self.logit(real, real_label))
        fake_score_loss = self.fake_loss(x, label) + 1e-2 * doubt.mean()
        fake_score_loss.backward()
        fake_score_norm = update(self.fake_score_adam, self.fake_score_parameters, max_norm=10)
        self.follow()
        return fake_score_loss.item(), loss.item(), fake_score_norm, generator_norm


class Progressive(Distillation):
    """A step of a student of eight steps, whose teacher takes sixteen."""

    STEPS = 8

    def __init__(self, o, network):
        super().__init__(o, network)
        self.data = Data(o)
        self.optimizer = adam(self.generator, 1e-4, 0.9)
        self.generator.eval()
        self.grid = torch.cat([karras(2 * self.STEPS), torch.zeros(1)])

    def euler(self, y, sigma, to, label):
        slope = (y - self.teacher(y, sigma, label, self.augment)) / sigma
        return y + (to - sigma) * slope

    def step(self):
        x, label = self.data.batch()
        i = 2 * torch.randint(0, self.STEPS, (len(x), 1, 1, 1))
        start, half, end = self.grid[i], self.grid[i + 1], self.grid[i + 2]
        y = x + torch.randn_like(x) * start
        with torch.no_grad():
            z = self.euler(self.euler(y, start, half, label), half, end, label)
            target = y - start * (z - y) / (end - start)
        denoised = self.generator(y, start, label, self.augment)
        loss = (edm_weight(start) * (denoised - target) ** 2).mean()
        loss.backward()
        reported = loss.item(), update(self.optimizer, self.generator_parameters, max_norm=1)
        self.seen += len(x)
        return reported


class Consistency(Distillation):
    """A step of consistency distillation along one Heun step of the teacher."""

    STEPS = 40

    def __init__(self, o, network):
        super().__init__(o, network)
        self.data = Data(o)
        self.optimizer = adam(self.generator, 8e-6, 0.9)
        self.generator.eval()
        self.target = copy.deepcopy(self.generator).requires_grad_(False)
        self.target_parameters = list(self.target.parameters())
        self.grid = karras(self.STEPS)

    @staticmethod
    def function(network, y, sigma, label, augment, low=0.002):
        """Identity at the lowest noise level."""
        variance = SIGMA_DATA**2
        d = network(y, sigma, label, augment)
        skip = variance / (sigma**2 + variance)
        shifted = variance / ((sigma - low) ** 2 + variance)
        return shifted * y + (sigma - low) / sigma * (d - skip * y)

    def step(self):
        x, label = self.data.batch()
        augment = self.augment
        i = torch.randint(0, self.STEPS - 1, (len(x), 1, 1, 1))
        start, end = self.grid[i], self.grid[i + 1]
        y = x + torch.randn_like(x) * start
        with torch.no_grad():
            slope = (y - self.teacher(y, start, label, augment)) / start
            z = y + (end - start) * slope
            other = (z - self.teacher(z, end, label, augment)) / end
            z = y + (end - start) * (slope + other) / 2
            wanted = self.function(self.target, z, end, label, augment)
        loss = F.mse_loss(self.function(self.generator, y, start, label, augment), wanted)
        loss.backward()
        reported = loss.item(), update(self.optimizer, self.generator_parameters)
        average(self.target_parameters, self.generator_parameters, 0.95)
        self.follow()
        return reported


METHODS = {
    "sid": Sid,
    "sida": Sida,
    "dmd": Dmd,
    "dmd2": Dmd2,
    "progressive": Progressive,
    "consistency": Consistency,
}
