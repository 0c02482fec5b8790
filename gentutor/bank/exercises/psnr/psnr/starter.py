"""PSNR of each image."""

import torch


def psnr(x, y, data_range):
    raise NotImplementedError
