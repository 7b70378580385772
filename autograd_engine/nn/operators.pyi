"""Written by `python -m tests.stubs`."""

from autograd_engine.backend.random import Generator
from autograd_engine.ops.linear_algebra.distances import cosine_similarity as cosine_similarity
from autograd_engine.ops.linear_algebra.distances import normalize as normalize
from autograd_engine.ops.linear_algebra.distances import pairwise_distance as pairwise_distance
from autograd_engine.ops.linear_algebra.products import bilinear as bilinear
from autograd_engine.ops.linear_algebra.products import linear as linear
from autograd_engine.ops.losses.binary import binary_cross_entropy as binary_cross_entropy
from autograd_engine.ops.losses.binary import binary_cross_entropy_with_logits as binary_cross_entropy_with_logits
from autograd_engine.ops.losses.binary import multilabel_soft_margin_loss as multilabel_soft_margin_loss
from autograd_engine.ops.losses.binary import soft_margin_loss as soft_margin_loss
from autograd_engine.ops.losses.classification import cross_entropy as cross_entropy
from autograd_engine.ops.losses.classification import kl_div as kl_div
from autograd_engine.ops.losses.classification import nll_loss as nll_loss
from autograd_engine.ops.losses.ctc import ctc_loss as ctc_loss
from autograd_engine.ops.losses.margin import cosine_embedding_loss as cosine_embedding_loss
from autograd_engine.ops.losses.margin import hinge_embedding_loss as hinge_embedding_loss
from autograd_engine.ops.losses.margin import hinge_loss as hinge_loss
from autograd_engine.ops.losses.margin import margin_ranking_loss as margin_ranking_loss
from autograd_engine.ops.losses.margin import multi_margin_loss as multi_margin_loss
from autograd_engine.ops.losses.margin import multilabel_margin_loss as multilabel_margin_loss
from autograd_engine.ops.losses.margin import triplet_margin_loss as triplet_margin_loss
from autograd_engine.ops.losses.margin import triplet_margin_with_distance_loss as triplet_margin_with_distance_loss
from autograd_engine.ops.losses.regression import gaussian_nll_loss as gaussian_nll_loss
from autograd_engine.ops.losses.regression import huber_loss as huber_loss
from autograd_engine.ops.losses.regression import l1_loss as l1_loss
from autograd_engine.ops.losses.regression import mse_loss as mse_loss
from autograd_engine.ops.losses.regression import poisson_nll_loss as poisson_nll_loss
from autograd_engine.ops.losses.regression import smooth_l1_loss as smooth_l1_loss
from autograd_engine.ops.masks import one_hot as one_hot
from autograd_engine.ops.math import sigmoid as sigmoid
from autograd_engine.ops.math import tanh as tanh
from autograd_engine.ops.network.activation import celu as celu
from autograd_engine.ops.network.activation import elu as elu
from autograd_engine.ops.network.activation import gelu as gelu
from autograd_engine.ops.network.activation import glu as glu
from autograd_engine.ops.network.activation import gumbel_softmax as gumbel_softmax
from autograd_engine.ops.network.activation import hardshrink as hardshrink
from autograd_engine.ops.network.activation import hardsigmoid as hardsigmoid
from autograd_engine.ops.network.activation import hardswish as hardswish
from autograd_engine.ops.network.activation import hardtanh as hardtanh
from autograd_engine.ops.network.activation import leaky_relu as leaky_relu
from autograd_engine.ops.network.activation import logsigmoid as logsigmoid
from autograd_engine.ops.network.activation import maxout as maxout
from autograd_engine.ops.network.activation import mish as mish
from autograd_engine.ops.network.activation import prelu as prelu
from autograd_engine.ops.network.activation import relu6 as relu6
from autograd_engine.ops.network.activation import rrelu as rrelu
from autograd_engine.ops.network.activation import selu as selu
from autograd_engine.ops.network.activation import silu as silu
from autograd_engine.ops.network.activation import softplus as softplus
from autograd_engine.ops.network.activation import softshrink as softshrink
from autograd_engine.ops.network.activation import softsign as softsign
from autograd_engine.ops.network.activation import tanhshrink as tanhshrink
from autograd_engine.ops.network.activation import threshold as threshold
from autograd_engine.ops.network.adaptive_pooling import adaptive_avg_pool1d as adaptive_avg_pool1d
from autograd_engine.ops.network.adaptive_pooling import adaptive_avg_pool2d as adaptive_avg_pool2d
from autograd_engine.ops.network.adaptive_pooling import adaptive_avg_pool3d as adaptive_avg_pool3d
from autograd_engine.ops.network.adaptive_pooling import adaptive_max_pool1d as adaptive_max_pool1d
from autograd_engine.ops.network.adaptive_pooling import adaptive_max_pool2d as adaptive_max_pool2d
from autograd_engine.ops.network.adaptive_pooling import adaptive_max_pool3d as adaptive_max_pool3d
from autograd_engine.ops.network.adaptive_pooling import fractional_max_pool2d as fractional_max_pool2d
from autograd_engine.ops.network.adaptive_pooling import fractional_max_pool3d as fractional_max_pool3d
from autograd_engine.ops.network.convolution import conv1d as conv1d
from autograd_engine.ops.network.convolution import conv2d as conv2d
from autograd_engine.ops.network.convolution import conv3d as conv3d
from autograd_engine.ops.network.convolution import conv_transpose1d as conv_transpose1d
from autograd_engine.ops.network.convolution import conv_transpose2d as conv_transpose2d
from autograd_engine.ops.network.convolution import conv_transpose3d as conv_transpose3d
from autograd_engine.ops.network.dropout import alpha_dropout as alpha_dropout
from autograd_engine.ops.network.dropout import dropout as dropout
from autograd_engine.ops.network.dropout import dropout1d as dropout1d
from autograd_engine.ops.network.dropout import dropout2d as dropout2d
from autograd_engine.ops.network.dropout import dropout3d as dropout3d
from autograd_engine.ops.network.dropout import feature_alpha_dropout as feature_alpha_dropout
from autograd_engine.ops.network.embedding import embedding as embedding
from autograd_engine.ops.network.embedding import embedding_bag as embedding_bag
from autograd_engine.ops.network.folding import fold as fold
from autograd_engine.ops.network.folding import im2col as unfold
from autograd_engine.ops.network.norm import batch_norm as batch_norm
from autograd_engine.ops.network.norm import group_norm as group_norm
from autograd_engine.ops.network.norm import instance_norm as instance_norm
from autograd_engine.ops.network.norm import layer_norm as layer_norm
from autograd_engine.ops.network.norm import local_response_norm as local_response_norm
from autograd_engine.ops.network.norm import rms_norm as rms_norm
from autograd_engine.ops.network.padding import pad as pad
from autograd_engine.ops.network.pooling import avg_pool1d as avg_pool1d
from autograd_engine.ops.network.pooling import avg_pool2d as avg_pool2d
from autograd_engine.ops.network.pooling import avg_pool3d as avg_pool3d
from autograd_engine.ops.network.pooling import lp_pool1d as lp_pool1d
from autograd_engine.ops.network.pooling import lp_pool2d as lp_pool2d
from autograd_engine.ops.network.pooling import lp_pool3d as lp_pool3d
from autograd_engine.ops.network.pooling import max_pool1d as max_pool1d
from autograd_engine.ops.network.pooling import max_pool2d as max_pool2d
from autograd_engine.ops.network.pooling import max_pool3d as max_pool3d
from autograd_engine.ops.network.resample import channel_shuffle as channel_shuffle
from autograd_engine.ops.network.resample import interpolate as interpolate
from autograd_engine.ops.network.resample import pixel_shuffle as pixel_shuffle
from autograd_engine.ops.network.resample import pixel_unshuffle as pixel_unshuffle
from autograd_engine.ops.network.sampling import affine_grid as affine_grid
from autograd_engine.ops.network.sampling import grid_sample as grid_sample
from autograd_engine.ops.network.unpooling import max_unpool1d as max_unpool1d
from autograd_engine.ops.network.unpooling import max_unpool2d as max_unpool2d
from autograd_engine.ops.network.unpooling import max_unpool3d as max_unpool3d
from autograd_engine.tensor.tensor import Tensor
def relu_(x: Tensor) -> Tensor: ...
def elu_(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor: ...
def celu_(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor: ...
def selu_(input: Tensor, inplace: bool = False) -> Tensor: ...
def leaky_relu_(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor: ...
def rrelu_(input: Tensor, lower: float = 0.125, upper: float = 0.3333333333333333, training: bool = False, inplace: bool = False, *, generator: Generator | None = None) -> Tensor: ...
def threshold_(input: Tensor, threshold: float, value: float, inplace: bool = False) -> Tensor: ...
def hardtanh_(input: Tensor, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Tensor: ...

__all__ = [
    "adaptive_avg_pool1d",
    "adaptive_avg_pool2d",
    "adaptive_avg_pool3d",
    "adaptive_max_pool1d",
    "adaptive_max_pool2d",
    "adaptive_max_pool3d",
    "affine_grid",
    "alpha_dropout",
    "avg_pool1d",
    "avg_pool2d",
    "avg_pool3d",
    "batch_norm",
    "bilinear",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "celu",
    "celu_",
    "channel_shuffle",
    "conv1d",
    "conv2d",
    "conv3d",
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
    "cosine_embedding_loss",
    "cosine_similarity",
    "cross_entropy",
    "ctc_loss",
    "dropout",
    "dropout1d",
    "dropout2d",
    "dropout3d",
    "elu",
    "elu_",
    "embedding",
    "embedding_bag",
    "feature_alpha_dropout",
    "fold",
    "fractional_max_pool2d",
    "fractional_max_pool3d",
    "gaussian_nll_loss",
    "gelu",
    "glu",
    "grid_sample",
    "group_norm",
    "gumbel_softmax",
    "hardshrink",
    "hardsigmoid",
    "hardswish",
    "hardtanh",
    "hardtanh_",
    "hinge_embedding_loss",
    "hinge_loss",
    "huber_loss",
    "instance_norm",
    "interpolate",
    "kl_div",
    "l1_loss",
    "layer_norm",
    "leaky_relu",
    "leaky_relu_",
    "linear",
    "local_response_norm",
    "logsigmoid",
    "lp_pool1d",
    "lp_pool2d",
    "lp_pool3d",
    "margin_ranking_loss",
    "max_pool1d",
    "max_pool2d",
    "max_pool3d",
    "max_unpool1d",
    "max_unpool2d",
    "max_unpool3d",
    "maxout",
    "mish",
    "mse_loss",
    "multi_margin_loss",
    "multilabel_margin_loss",
    "multilabel_soft_margin_loss",
    "nll_loss",
    "normalize",
    "one_hot",
    "pad",
    "pairwise_distance",
    "pixel_shuffle",
    "pixel_unshuffle",
    "poisson_nll_loss",
    "prelu",
    "relu6",
    "relu_",
    "rms_norm",
    "rrelu",
    "rrelu_",
    "selu",
    "selu_",
    "sigmoid",
    "silu",
    "smooth_l1_loss",
    "soft_margin_loss",
    "softplus",
    "softshrink",
    "softsign",
    "tanh",
    "tanhshrink",
    "threshold",
    "threshold_",
    "triplet_margin_loss",
    "triplet_margin_with_distance_loss",
    "unfold",
]
