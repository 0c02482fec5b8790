"""LPIPS of two batches, from the maps of a network."""

import torch


def lpips(maps_x, maps_y, weights):
    raise NotImplementedError
