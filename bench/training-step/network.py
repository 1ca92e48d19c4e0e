"""A SongUNet in its DDPM++ form under EDM preconditioning, and a teacher's step.

Written from the papers (Song et al. 2021, Karras et al. 2022). Nothing is compiled; whatever eager
PyTorch offers for speed is used: fused Adam, foreach averaging, gradients set to None. Attention is
spelt as two einsums, which measured faster here than scaled_dot_product_attention.
"""

import math

import torch
from torch import nn
from torch.nn import functional as F

HALF = math.sqrt(0.5)
EPSILON = 1e-6
SIGMA_DATA = 0.5


def xavier(weight, fan_in, fan_out, scale):
    bound = scale * math.sqrt(6 / (fan_in + fan_out))
    nn.init.uniform_(weight, -bound, bound)


def linear(inputs, outputs, bias=True):
    layer = nn.Linear(inputs, outputs, bias=bias)
    xavier(layer.weight, inputs, outputs, 1)
    if bias:
        nn.init.zeros_(layer.bias)
    return layer


def conv(inputs, outputs, kernel, scale=1.0):
    layer = nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2)
    xavier(layer.weight, inputs * kernel**2, outputs * kernel**2, scale)
    nn.init.zeros_(layer.bias)
    return layer


def norm(channels):
    return nn.GroupNorm(min(32, channels // 4), channels, eps=EPSILON)


class Block(nn.Module):
    """A residual block; `mode` is None, "up" or "down"."""

    def __init__(self, inputs, outputs, embedding, dropout, attention=False, mode=None):
        super().__init__()
        self.inputs, self.dropout, self.mode = inputs, dropout, mode
        self.norm0 = norm(inputs)
        self.conv0 = conv(inputs, outputs, 3)
        self.affine = linear(embedding, outputs)
        self.norm1 = norm(outputs)
        self.conv1 = conv(outputs, outputs, 3, 1e-5)
        self.skip = conv(inputs, outputs, 1) if inputs != outputs or mode else None
        self.attention = attention
        if attention:
            self.norm2 = norm(outputs)
            self.qkv = conv(outputs, 3 * outputs, 1, math.sqrt(0.2))
            self.proj = conv(outputs, outputs, 1, 1e-5)

    def resampled(self, x):
        if self.mode == "up":
            return F.interpolate(x, scale_factor=2, mode="nearest")
        return F.avg_pool2d(x, 2) if self.mode == "down" else x

    def forward(self, x, embedding):
        h = self.conv0(self.resampled(F.silu(self.norm0(x))))
        h = F.silu(self.norm1(h + self.affine(embedding)[:, :, None, None]))
        h = self.conv1(F.dropout(h, self.dropout, self.training))
        skip = self.resampled(x)
        h = (h + (skip if self.skip is None else self.skip(skip))) * HALF
        return (self.proj(self.attended(h)) + h) * HALF if self.attention else h

    def attended(self, x):
        n, c, height, width = x.shape
        q, k, v = self.qkv(self.norm2(x)).reshape(n, c, 3, height * width).unbind(2)
        weight = torch.einsum("ncq,nck->nqk", q, k / math.sqrt(c)).softmax(2)
        return torch.einsum("nqk,nck->ncq", weight, v).reshape(x.shape)


class SongUNet(nn.Module):
    def __init__(self, o):
        super().__init__()
        width = o.channels
        embedding = 4 * width
        self.labels = o.labels
        self.map_label = linear(o.labels, width) if o.labels else None
        self.map_augment = linear(o.augment, width, bias=False) if o.augment else None
        self.map_layer0 = linear(width, embedding)
        self.map_layer1 = linear(embedding, embedding)
        frequencies = 10000 ** -(torch.arange(width // 2) / (width / 2 - 1))
        self.register_buffer("frequencies", frequencies, persistent=False)

        def block(inputs, outputs, **more):
            return Block(inputs, outputs, embedding, o.dropout, **more)

        self.enc, self.dec = nn.ModuleDict(), nn.ModuleDict()
        skips = []
        channels = o.image_channels
        for level, multiple in enumerate(o.mult):
            size = o.resolution >> level
            if level == 0:
                self.enc[f"{size}x{size}_conv"] = conv(channels, width, 3)
                channels = width
            else:
                self.enc[f"{size}x{size}_down"] = block(channels, channels, mode="down")
            skips.append(channels)
            for i in range(o.blocks):
                attends = size in o.attention
                self.enc[f"{size}x{size}_block{i}"] = block(
                    channels, width * multiple, attention=attends
                )
                channels = width * multiple
                skips.append(channels)
        for level, multiple in reversed(list(enumerate(o.mult))):
            size = o.resolution >> level
            if level == len(o.mult) - 1:
                self.dec[f"{size}x{size}_in0"] = block(channels, channels, attention=True)
                self.dec[f"{size}x{size}_in1"] = block(channels, channels)
            else:
                self.dec[f"{size}x{size}_up"] = block(channels, channels, mode="up")
            for i in range(o.blocks + 1):
                attends = i == o.blocks and size in o.attention
                self.dec[f"{size}x{size}_block{i}"] = block(
                    channels + skips.pop(), width * multiple, attention=attends
                )
                channels = width * multiple
        self.dec[f"{size}x{size}_aux_norm"] = norm(channels)
        self.dec[f"{size}x{size}_aux_conv"] = conv(channels, o.image_channels, 3, 1e-5)

    def forward(self, x, noise, label=None, augment=None, decode=True):
        """The answer and the last encoder block's activations; without `decode` these alone."""
        angles = torch.outer(noise, self.frequencies)
        e = torch.cat([angles.sin(), angles.cos()], 1)
        if self.map_label is not None:
            e = e + self.map_label(label * math.sqrt(self.labels))
        if self.map_augment is not None and augment is not None:
            e = e + self.map_augment(augment)
        e = F.silu(self.map_layer1(F.silu(self.map_layer0(e))))
        skips = []
        for module in self.enc.values():
            x = module(x, e) if isinstance(module, Block) else module(x)
            skips.append(x)
        features = x
        if not decode:
            return features
        for module in self.dec.values():
            if isinstance(module, Block):
                x = torch.cat([x, skips.pop()], 1) if x.shape[1] != module.inputs else x
                x = module(x, e)
            else:
                x = F.silu(module(x)) if isinstance(module, nn.GroupNorm) else module(x)
        return x, features


class Denoiser(nn.Module):
    """D(y; sigma) = c_skip y + c_out F(c_in y; c_noise)."""

    def __init__(self, o):
        super().__init__()
        self.model = SongUNet(o)

    def forward(self, y, sigma, label=None, augment=None):
        return self.with_features(y, sigma, label, augment)[0]

    def with_features(self, y, sigma, label=None, augment=None):
        variance = sigma**2 + SIGMA_DATA**2
        f, features = self.model(*self.scaled(y, sigma), label, augment)
        denoised = y * (SIGMA_DATA**2 / variance) + f * (sigma * SIGMA_DATA / variance.sqrt())
        return denoised, features

    def features(self, y, sigma, label=None, augment=None):
        return self.model(*self.scaled(y, sigma), label, augment, decode=False)

    @staticmethod
    def scaled(y, sigma):
        return y / (sigma**2 + SIGMA_DATA**2).sqrt(), sigma.flatten().log() / 4


def adam(network, rate, beta1):
    return torch.optim.Adam(network.parameters(), lr=rate, betas=(beta1, 0.999), fused=True)


def update(optimizer, parameters, max_value=0, max_norm=0):
    """Makes gradients finite and bounded, steps, and forgets them; returns their norm."""
    gradients = [p.grad for p in parameters]
    gradient_norm = torch.nn.utils.get_total_norm(gradients).item()
    if not math.isfinite(gradient_norm):
        for g in gradients:
            torch.nan_to_num(g, nan=0, posinf=1e5, neginf=-1e5, out=g)
    if max_value:
        torch.nn.utils.clip_grad_value_(parameters, max_value)
    if max_norm:
        torch.nn.utils.clip_grad_norm_(parameters, max_norm)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return gradient_norm


@torch.no_grad()
def average(averages, parameters, beta):
    torch._foreach_lerp_(averages, parameters, 1 - beta)


def log_normal_sigma(n):
    return (torch.randn(n, 1, 1, 1) * 1.2 - 1.2).exp()


def denoising_loss(network, images, label, augment):
    sigma = log_normal_sigma(len(images))
    weight = (sigma**2 + SIGMA_DATA**2) / (sigma * SIGMA_DATA) ** 2
    denoised = network(images + torch.randn_like(images) * sigma, sigma, label, augment)
    return (weight * (denoised - images) ** 2).sum() / len(images)


class Data:
    """Random images in memory, with labels."""

    def __init__(self, o):
        self.o = o
        shape = (1024, o.image_channels, o.resolution, o.resolution)
        self.images = torch.randint(0, 256, shape, dtype=torch.uint8)
        self.labels = torch.randint(0, o.labels, (1024,)) if o.labels else None

    def batch(self):
        picked = torch.randint(0, len(self.images), (self.o.batch,))
        images = self.images[picked].float() / 127.5 - 1
        label = one_hot(self.labels[picked], self.o) if self.o.labels else None
        return images.contiguous(memory_format=self.o.format), label


class Edm:
    """A step of a teacher: the denoising loss on images, Adam, the average of the weights."""

    def __init__(self, o, network):
        self.o, self.network = o, network.train()
        self.parameters = list(network.parameters())
        self.averages = [p.detach().clone() for p in self.parameters]
        self.optimizer = adam(network, 1e-3, 0.9)
        self.data = Data(o)
        self.seen = 0

    def step(self):
        o = self.o
        images, label = self.data.batch()
        augment = torch.zeros(o.batch, o.augment) if o.augment else None
        loss = denoising_loss(self.network, images, label, augment)
        loss.backward()
        reported = loss.item(), update(self.optimizer, self.parameters)
        average(self.averages, self.parameters, beta(o.batch, self.seen))
        self.seen += o.batch
        return reported


def one_hot(label, o):
    return F.one_hot(label, o.labels).float()


def beta(batch, seen):
    return 0.5 ** (batch / max(min(500_000, 0.05 * seen), 1e-8))
