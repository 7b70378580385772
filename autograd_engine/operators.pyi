"""Written by `python -m tests.stubs`."""

from autograd_engine.backend.random import Generator
from autograd_engine.engine.broadcast import clone as clone
from autograd_engine.ops.arithmetic import abs as abs
from autograd_engine.ops.arithmetic import abs as absolute
from autograd_engine.ops.arithmetic import add as add
from autograd_engine.ops.arithmetic import addcdiv as addcdiv
from autograd_engine.ops.arithmetic import addcmul as addcmul
from autograd_engine.ops.arithmetic import deg2rad as deg2rad
from autograd_engine.ops.arithmetic import div as div
from autograd_engine.ops.arithmetic import div as divide
from autograd_engine.ops.arithmetic import div as true_divide
from autograd_engine.ops.arithmetic import float_power as float_power
from autograd_engine.ops.arithmetic import fmod as fmod
from autograd_engine.ops.arithmetic import hypot as hypot
from autograd_engine.ops.arithmetic import lerp as lerp
from autograd_engine.ops.arithmetic import mul as mul
from autograd_engine.ops.arithmetic import mul as multiply
from autograd_engine.ops.arithmetic import neg as neg
from autograd_engine.ops.arithmetic import neg as negative
from autograd_engine.ops.arithmetic import positive as positive
from autograd_engine.ops.arithmetic import pow as pow
from autograd_engine.ops.arithmetic import rad2deg as rad2deg
from autograd_engine.ops.arithmetic import reciprocal as reciprocal
from autograd_engine.ops.arithmetic import remainder as remainder
from autograd_engine.ops.arithmetic import square as square
from autograd_engine.ops.arithmetic import sub as sub
from autograd_engine.ops.arithmetic import sub as subtract
from autograd_engine.ops.arrange import adjoint as adjoint
from autograd_engine.ops.arrange import broadcast_tensors as broadcast_tensors
from autograd_engine.ops.arrange import fliplr as fliplr
from autograd_engine.ops.arrange import flipud as flipud
from autograd_engine.ops.arrange import repeat as repeat
from autograd_engine.ops.arrange import repeat_interleave as repeat_interleave
from autograd_engine.ops.arrange import roll as roll
from autograd_engine.ops.arrange import rot90 as rot90
from autograd_engine.ops.arrange import tile as tile
from autograd_engine.ops.arrange import unflatten as unflatten
from autograd_engine.ops.bits import bitwise_and as bitwise_and
from autograd_engine.ops.bits import bitwise_left_shift as bitwise_left_shift
from autograd_engine.ops.bits import bitwise_not as bitwise_not
from autograd_engine.ops.bits import bitwise_or as bitwise_or
from autograd_engine.ops.bits import bitwise_right_shift as bitwise_right_shift
from autograd_engine.ops.bits import bitwise_xor as bitwise_xor
from autograd_engine.ops.bits import gcd as gcd
from autograd_engine.ops.bits import lcm as lcm
from autograd_engine.ops.comparison import allclose as allclose
from autograd_engine.ops.comparison import eq as eq
from autograd_engine.ops.comparison import equal as equal
from autograd_engine.ops.comparison import ge as ge
from autograd_engine.ops.comparison import ge as greater_equal
from autograd_engine.ops.comparison import gt as greater
from autograd_engine.ops.comparison import gt as gt
from autograd_engine.ops.comparison import isclose as isclose
from autograd_engine.ops.comparison import isfinite as isfinite
from autograd_engine.ops.comparison import isinf as isinf
from autograd_engine.ops.comparison import isnan as isnan
from autograd_engine.ops.comparison import isneginf as isneginf
from autograd_engine.ops.comparison import isposinf as isposinf
from autograd_engine.ops.comparison import isreal as isreal
from autograd_engine.ops.comparison import le as le
from autograd_engine.ops.comparison import le as less_equal
from autograd_engine.ops.comparison import logical_and as logical_and
from autograd_engine.ops.comparison import logical_not as logical_not
from autograd_engine.ops.comparison import logical_or as logical_or
from autograd_engine.ops.comparison import logical_xor as logical_xor
from autograd_engine.ops.comparison import lt as less
from autograd_engine.ops.comparison import lt as lt
from autograd_engine.ops.comparison import ne as ne
from autograd_engine.ops.comparison import ne as not_equal
from autograd_engine.ops.comparison import signbit as signbit
from autograd_engine.ops.count import bincount as bincount
from autograd_engine.ops.count import bucketize as bucketize
from autograd_engine.ops.count import histc as histc
from autograd_engine.ops.count import isin as isin
from autograd_engine.ops.count import searchsorted as searchsorted
from autograd_engine.ops.count import unique as unique
from autograd_engine.ops.count import unique_consecutive as unique_consecutive
from autograd_engine.ops.diagonal import diag as diag
from autograd_engine.ops.diagonal import diag_embed as diag_embed
from autograd_engine.ops.diagonal import diagflat as diagflat
from autograd_engine.ops.diagonal import diagonal as diagonal
from autograd_engine.ops.diagonal import diagonal_scatter as diagonal_scatter
from autograd_engine.ops.diagonal import trace as trace
from autograd_engine.ops.diagonal import tril as tril
from autograd_engine.ops.diagonal import triu as triu
from autograd_engine.ops.gather import gather as gather
from autograd_engine.ops.gather import index_select as index_select
from autograd_engine.ops.gather import narrow as narrow
from autograd_engine.ops.gather import select as select
from autograd_engine.ops.gather import take as take
from autograd_engine.ops.gather import take_along_dim as take_along_dim
from autograd_engine.ops.grids import cartesian_prod as cartesian_prod
from autograd_engine.ops.grids import combinations as combinations
from autograd_engine.ops.grids import kron as kron
from autograd_engine.ops.grids import meshgrid as meshgrid
from autograd_engine.ops.index import getitem as getitem
from autograd_engine.ops.index import setitem as setitem
from autograd_engine.ops.linear_algebra.classic import cross as cross
from autograd_engine.ops.linear_algebra.classic import lu as lu
from autograd_engine.ops.linear_algebra.classic import lu_solve as lu_solve
from autograd_engine.ops.linear_algebra.classic import norm as norm
from autograd_engine.ops.linear_algebra.classic import pinverse as pinverse
from autograd_engine.ops.linear_algebra.classic import qr as qr
from autograd_engine.ops.linear_algebra.classic import svd as svd
from autograd_engine.ops.linear_algebra.classic import triangular_solve as triangular_solve
from autograd_engine.ops.linear_algebra.classic import vander as vander
from autograd_engine.ops.linear_algebra.contraction import einsum as einsum
from autograd_engine.ops.linear_algebra.contraction import tensordot as tensordot
from autograd_engine.ops.linear_algebra.distances import cdist as cdist
from autograd_engine.ops.linear_algebra.distances import cosine_similarity as cosine_similarity
from autograd_engine.ops.linear_algebra.distances import dist as dist
from autograd_engine.ops.linear_algebra.distances import pairwise_distance as pairwise_distance
from autograd_engine.ops.linear_algebra.distances import renorm as renorm
from autograd_engine.ops.linear_algebra.equations import det as det
from autograd_engine.ops.linear_algebra.equations import inv as inverse
from autograd_engine.ops.linear_algebra.equations import logdet as logdet
from autograd_engine.ops.linear_algebra.equations import slogdet as slogdet
from autograd_engine.ops.linear_algebra.matrix_functions import matrix_exp as matrix_exp
from autograd_engine.ops.linear_algebra.matrix_functions import matrix_power as matrix_power
from autograd_engine.ops.linear_algebra.products import addbmm as addbmm
from autograd_engine.ops.linear_algebra.products import addmm as addmm
from autograd_engine.ops.linear_algebra.products import addmv as addmv
from autograd_engine.ops.linear_algebra.products import addr as addr
from autograd_engine.ops.linear_algebra.products import baddbmm as baddbmm
from autograd_engine.ops.linear_algebra.products import bilinear as bilinear
from autograd_engine.ops.linear_algebra.products import bmm as bmm
from autograd_engine.ops.linear_algebra.products import chain_matmul as chain_matmul
from autograd_engine.ops.linear_algebra.products import dot as dot
from autograd_engine.ops.linear_algebra.products import inner as inner
from autograd_engine.ops.linear_algebra.products import linear as linear
from autograd_engine.ops.linear_algebra.products import matmul as matmul
from autograd_engine.ops.linear_algebra.products import mm as mm
from autograd_engine.ops.linear_algebra.products import multi_dot as multi_dot
from autograd_engine.ops.linear_algebra.products import mv as mv
from autograd_engine.ops.linear_algebra.products import outer as outer
from autograd_engine.ops.linear_algebra.products import vdot as vdot
from autograd_engine.ops.linear_algebra.products import vecdot as vecdot
from autograd_engine.ops.linear_algebra.triangular import cholesky as cholesky
from autograd_engine.ops.linear_algebra.triangular import cholesky_inverse as cholesky_inverse
from autograd_engine.ops.linear_algebra.triangular import cholesky_solve as cholesky_solve
from autograd_engine.ops.masks import argwhere as argwhere
from autograd_engine.ops.masks import masked_select as masked_select
from autograd_engine.ops.masks import nonzero as nonzero
from autograd_engine.ops.masks import one_hot as one_hot
from autograd_engine.ops.masks import where as where
from autograd_engine.ops.math import acos as acos
from autograd_engine.ops.math import acos as arccos
from autograd_engine.ops.math import acosh as acosh
from autograd_engine.ops.math import acosh as arccosh
from autograd_engine.ops.math import asin as arcsin
from autograd_engine.ops.math import asin as asin
from autograd_engine.ops.math import asinh as arcsinh
from autograd_engine.ops.math import asinh as asinh
from autograd_engine.ops.math import atan as arctan
from autograd_engine.ops.math import atan as atan
from autograd_engine.ops.math import atan2 as arctan2
from autograd_engine.ops.math import atan2 as atan2
from autograd_engine.ops.math import atanh as arctanh
from autograd_engine.ops.math import atanh as atanh
from autograd_engine.ops.math import cos as cos
from autograd_engine.ops.math import cosh as cosh
from autograd_engine.ops.math import exp as exp
from autograd_engine.ops.math import exp2 as exp2
from autograd_engine.ops.math import expm1 as expm1
from autograd_engine.ops.math import frexp as frexp
from autograd_engine.ops.math import ldexp as ldexp
from autograd_engine.ops.math import log as log
from autograd_engine.ops.math import log10 as log10
from autograd_engine.ops.math import log1p as log1p
from autograd_engine.ops.math import log2 as log2
from autograd_engine.ops.math import logaddexp as logaddexp
from autograd_engine.ops.math import logaddexp2 as logaddexp2
from autograd_engine.ops.math import rsqrt as rsqrt
from autograd_engine.ops.math import sigmoid as sigmoid
from autograd_engine.ops.math import sin as sin
from autograd_engine.ops.math import sinc as sinc
from autograd_engine.ops.math import sinh as sinh
from autograd_engine.ops.math import sqrt as sqrt
from autograd_engine.ops.math import tan as tan
from autograd_engine.ops.math import tanh as tanh
from autograd_engine.ops.network.activation import celu as celu
from autograd_engine.ops.network.activation import hardshrink as hardshrink
from autograd_engine.ops.network.activation import prelu as prelu
from autograd_engine.ops.network.activation import rrelu as rrelu
from autograd_engine.ops.network.activation import selu as selu
from autograd_engine.ops.network.activation import silu as silu
from autograd_engine.ops.network.activation import softplus as softplus
from autograd_engine.ops.network.activation import threshold as threshold
from autograd_engine.ops.network.adaptive_pooling import adaptive_avg_pool1d as adaptive_avg_pool1d
from autograd_engine.ops.network.adaptive_pooling import adaptive_max_pool1d as adaptive_max_pool1d
from autograd_engine.ops.network.convolution import conv1d as conv1d
from autograd_engine.ops.network.convolution import conv2d as conv2d
from autograd_engine.ops.network.convolution import conv3d as conv3d
from autograd_engine.ops.network.convolution import conv_transpose1d as conv_transpose1d
from autograd_engine.ops.network.convolution import conv_transpose2d as conv_transpose2d
from autograd_engine.ops.network.convolution import conv_transpose3d as conv_transpose3d
from autograd_engine.ops.network.dropout import Source
from autograd_engine.ops.network.dropout import alpha_dropout as alpha_dropout
from autograd_engine.ops.network.dropout import dropout as dropout
from autograd_engine.ops.network.dropout import feature_alpha_dropout as feature_alpha_dropout
from autograd_engine.ops.network.pooling import avg_pool1d as avg_pool1d
from autograd_engine.ops.network.pooling import max_pool1d as max_pool1d
from autograd_engine.ops.network.pooling import max_pool2d as max_pool2d
from autograd_engine.ops.network.pooling import max_pool3d as max_pool3d
from autograd_engine.ops.network.resample import channel_shuffle as channel_shuffle
from autograd_engine.ops.network.resample import pixel_shuffle as pixel_shuffle
from autograd_engine.ops.network.resample import pixel_unshuffle as pixel_unshuffle
from autograd_engine.ops.piecewise import clamp as clamp
from autograd_engine.ops.piecewise import clamp as clip
from autograd_engine.ops.piecewise import clamp_max as clamp_max
from autograd_engine.ops.piecewise import clamp_min as clamp_min
from autograd_engine.ops.piecewise import copysign as copysign
from autograd_engine.ops.piecewise import fmax as fmax
from autograd_engine.ops.piecewise import fmin as fmin
from autograd_engine.ops.piecewise import masked_fill as masked_fill
from autograd_engine.ops.piecewise import maximum as maximum
from autograd_engine.ops.piecewise import minimum as minimum
from autograd_engine.ops.piecewise import nan_to_num as nan_to_num
from autograd_engine.ops.piecewise import nextafter as nextafter
from autograd_engine.ops.piecewise import relu as relu
from autograd_engine.ops.reduce import all as all
from autograd_engine.ops.reduce import amax as amax
from autograd_engine.ops.reduce import amin as amin
from autograd_engine.ops.reduce import aminmax as aminmax
from autograd_engine.ops.reduce import any as any
from autograd_engine.ops.reduce import argmax as argmax
from autograd_engine.ops.reduce import argmin as argmin
from autograd_engine.ops.reduce import count_nonzero as count_nonzero
from autograd_engine.ops.reduce import max as max
from autograd_engine.ops.reduce import mean as mean
from autograd_engine.ops.reduce import min as min
from autograd_engine.ops.reduce import nanmean as nanmean
from autograd_engine.ops.reduce import nansum as nansum
from autograd_engine.ops.reduce import prod as prod
from autograd_engine.ops.reduce import sum as sum
from autograd_engine.ops.rounding import ceil as ceil
from autograd_engine.ops.rounding import floor as floor
from autograd_engine.ops.rounding import floor_divide as floor_divide
from autograd_engine.ops.rounding import frac as frac
from autograd_engine.ops.rounding import heaviside as heaviside
from autograd_engine.ops.rounding import round as round
from autograd_engine.ops.rounding import sign as sgn
from autograd_engine.ops.rounding import sign as sign
from autograd_engine.ops.rounding import trunc as fix
from autograd_engine.ops.rounding import trunc as trunc
from autograd_engine.ops.scan import cummax as cummax
from autograd_engine.ops.scan import cummin as cummin
from autograd_engine.ops.scan import cumprod as cumprod
from autograd_engine.ops.scan import cumsum as cumsum
from autograd_engine.ops.scan import cumulative_trapezoid as cumulative_trapezoid
from autograd_engine.ops.scan import diff as diff
from autograd_engine.ops.scan import gradient as gradient
from autograd_engine.ops.scan import logcumsumexp as logcumsumexp
from autograd_engine.ops.scan import trapezoid as trapezoid
from autograd_engine.ops.scan import trapezoid as trapz
from autograd_engine.ops.scatter import index_add as index_add
from autograd_engine.ops.scatter import index_copy as index_copy
from autograd_engine.ops.scatter import index_fill as index_fill
from autograd_engine.ops.scatter import index_put as index_put
from autograd_engine.ops.scatter import index_reduce as index_reduce
from autograd_engine.ops.scatter import masked_scatter as masked_scatter
from autograd_engine.ops.scatter import put as put
from autograd_engine.ops.scatter import scatter as scatter
from autograd_engine.ops.scatter import scatter_add as scatter_add
from autograd_engine.ops.scatter import scatter_reduce as scatter_reduce
from autograd_engine.ops.scatter import select_scatter as select_scatter
from autograd_engine.ops.scatter import slice_scatter as slice_scatter
from autograd_engine.ops.shape import cat as cat
from autograd_engine.ops.shape import cat as concat
from autograd_engine.ops.shape import cat as concatenate
from autograd_engine.ops.shape import chunk as chunk
from autograd_engine.ops.shape import expand as broadcast_to
from autograd_engine.ops.shape import expand as expand
from autograd_engine.ops.shape import flatten as flatten
from autograd_engine.ops.shape import flip as flip
from autograd_engine.ops.shape import movedim as moveaxis
from autograd_engine.ops.shape import movedim as movedim
from autograd_engine.ops.shape import permute as permute
from autograd_engine.ops.shape import ravel as ravel
from autograd_engine.ops.shape import reshape as reshape
from autograd_engine.ops.shape import split as split
from autograd_engine.ops.shape import squeeze as squeeze
from autograd_engine.ops.shape import stack as stack
from autograd_engine.ops.shape import sum_to_size as sum_to_size
from autograd_engine.ops.shape import t as t
from autograd_engine.ops.shape import transpose as swapaxes
from autograd_engine.ops.shape import transpose as swapdims
from autograd_engine.ops.shape import transpose as transpose
from autograd_engine.ops.shape import unbind as unbind
from autograd_engine.ops.shape import unsqueeze as unsqueeze
from autograd_engine.ops.shape import view as view
from autograd_engine.ops.softmax import log_softmax as log_softmax
from autograd_engine.ops.softmax import logsumexp as logsumexp
from autograd_engine.ops.softmax import softmax as softmax
from autograd_engine.ops.sort import argsort as argsort
from autograd_engine.ops.sort import kthvalue as kthvalue
from autograd_engine.ops.sort import median as median
from autograd_engine.ops.sort import mode as mode
from autograd_engine.ops.sort import msort as msort
from autograd_engine.ops.sort import nanmedian as nanmedian
from autograd_engine.ops.sort import nanquantile as nanquantile
from autograd_engine.ops.sort import quantile as quantile
from autograd_engine.ops.sort import sort as sort
from autograd_engine.ops.sort import topk as topk
from autograd_engine.ops.special import digamma as digamma
from autograd_engine.ops.special import erf as erf
from autograd_engine.ops.special import erfc as erfc
from autograd_engine.ops.special import erfinv as erfinv
from autograd_engine.ops.special import i0 as i0
from autograd_engine.ops.special import lgamma as lgamma
from autograd_engine.ops.special import logit as logit
from autograd_engine.ops.special import mvlgamma as mvlgamma
from autograd_engine.ops.special import polygamma as polygamma
from autograd_engine.ops.special import xlogy as xlogy
from autograd_engine.ops.stacks import atleast_1d as atleast_1d
from autograd_engine.ops.stacks import atleast_2d as atleast_2d
from autograd_engine.ops.stacks import atleast_3d as atleast_3d
from autograd_engine.ops.stacks import block_diag as block_diag
from autograd_engine.ops.stacks import column_stack as column_stack
from autograd_engine.ops.stacks import dsplit as dsplit
from autograd_engine.ops.stacks import dstack as dstack
from autograd_engine.ops.stacks import hsplit as hsplit
from autograd_engine.ops.stacks import hstack as hstack
from autograd_engine.ops.stacks import tensor_split as tensor_split
from autograd_engine.ops.stacks import vsplit as vsplit
from autograd_engine.ops.stacks import vstack as row_stack
from autograd_engine.ops.stacks import vstack as vstack
from autograd_engine.ops.statistics import corrcoef as corrcoef
from autograd_engine.ops.statistics import cov as cov
from autograd_engine.ops.statistics import std as std
from autograd_engine.ops.statistics import std_mean as std_mean
from autograd_engine.ops.statistics import var as var
from autograd_engine.ops.statistics import var_mean as var_mean
from autograd_engine.ops.windows import unfold as unfold
from autograd_engine.tensor.tensor import Tensor
from collections.abc import Sequence
from typing import Any
def floor_(x: Tensor) -> Tensor: ...
def ceil_(x: Tensor) -> Tensor: ...
def trunc_(x: Tensor) -> Tensor: ...
def fix_(x: Tensor) -> Tensor: ...
def frac_(x: Tensor) -> Tensor: ...
def round_(x: Tensor, *, decimals: int = 0) -> Tensor: ...
def clamp_(x: Tensor, min: Any = None, max: Any = None) -> Tensor: ...
def clip_(x: Tensor, min: Any = None, max: Any = None) -> Tensor: ...
def clamp_min_(x: Tensor, min: Any) -> Tensor: ...
def clamp_max_(x: Tensor, max: Any) -> Tensor: ...
def nan_to_num_(x: Tensor, nan: float | None = 0.0, posinf: float | None = None, neginf: float | None = None) -> Tensor: ...
def relu_(x: Tensor) -> Tensor: ...
def sqrt_(x: Tensor) -> Tensor: ...
def rsqrt_(x: Tensor) -> Tensor: ...
def exp_(x: Tensor) -> Tensor: ...
def exp2_(x: Tensor) -> Tensor: ...
def expm1_(x: Tensor) -> Tensor: ...
def log_(x: Tensor) -> Tensor: ...
def log2_(x: Tensor) -> Tensor: ...
def log10_(x: Tensor) -> Tensor: ...
def log1p_(x: Tensor) -> Tensor: ...
def ldexp_(x: Tensor, other: Any) -> Tensor: ...
def sin_(x: Tensor) -> Tensor: ...
def cos_(x: Tensor) -> Tensor: ...
def tan_(x: Tensor) -> Tensor: ...
def asin_(x: Tensor) -> Tensor: ...
def arcsin_(x: Tensor) -> Tensor: ...
def acos_(x: Tensor) -> Tensor: ...
def arccos_(x: Tensor) -> Tensor: ...
def atan_(x: Tensor) -> Tensor: ...
def arctan_(x: Tensor) -> Tensor: ...
def sinh_(x: Tensor) -> Tensor: ...
def cosh_(x: Tensor) -> Tensor: ...
def tanh_(x: Tensor) -> Tensor: ...
def asinh_(x: Tensor) -> Tensor: ...
def arcsinh_(x: Tensor) -> Tensor: ...
def acosh_(x: Tensor) -> Tensor: ...
def arccosh_(x: Tensor) -> Tensor: ...
def atanh_(x: Tensor) -> Tensor: ...
def arctanh_(x: Tensor) -> Tensor: ...
def sinc_(x: Tensor) -> Tensor: ...
def sigmoid_(x: Tensor) -> Tensor: ...
def neg_(x: Tensor) -> Tensor: ...
def negative_(x: Tensor) -> Tensor: ...
def abs_(x: Tensor) -> Tensor: ...
def absolute_(x: Tensor) -> Tensor: ...
def reciprocal_(x: Tensor) -> Tensor: ...
def square_(x: Tensor) -> Tensor: ...
def deg2rad_(x: Tensor) -> Tensor: ...
def rad2deg_(x: Tensor) -> Tensor: ...
def gcd_(x: Tensor, y: Any) -> Tensor: ...
def lcm_(x: Tensor, y: Any) -> Tensor: ...
def addmv_(input: Tensor, mat: Any, vec: Any, *, beta: float = 1, alpha: float = 1) -> Tensor: ...
def erf_(x: Tensor) -> Tensor: ...
def erfc_(x: Tensor) -> Tensor: ...
def i0_(x: Tensor) -> Tensor: ...
def xlogy_(x: Tensor, y: Any) -> Tensor: ...
def logit_(x: Tensor, eps: float | None = None) -> Tensor: ...
def celu_(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor: ...
def selu_(input: Tensor, inplace: bool = False) -> Tensor: ...
def rrelu_(input: Tensor, lower: float = 0.125, upper: float = 0.3333333333333333, training: bool = False, inplace: bool = False, *, generator: Generator | None = None) -> Tensor: ...
def threshold_(input: Tensor, threshold: float, value: float, inplace: bool = False) -> Tensor: ...
def dropout_(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False, *, generator: Source = None) -> Tensor: ...
def alpha_dropout_(input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False, *, generator: Source = None) -> Tensor: ...
def feature_alpha_dropout_(input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False, *, generator: Source = None) -> Tensor: ...
def index_put_(x: Tensor, indices: Sequence[Any], values: Any, accumulate: bool = False) -> Tensor: ...

__all__ = [
    "abs",
    "abs_",
    "absolute",
    "absolute_",
    "acos",
    "acos_",
    "acosh",
    "acosh_",
    "adaptive_avg_pool1d",
    "adaptive_max_pool1d",
    "add",
    "addbmm",
    "addcdiv",
    "addcmul",
    "addmm",
    "addmv",
    "addmv_",
    "addr",
    "adjoint",
    "all",
    "allclose",
    "alpha_dropout",
    "alpha_dropout_",
    "amax",
    "amin",
    "aminmax",
    "any",
    "arccos",
    "arccos_",
    "arccosh",
    "arccosh_",
    "arcsin",
    "arcsin_",
    "arcsinh",
    "arcsinh_",
    "arctan",
    "arctan2",
    "arctan_",
    "arctanh",
    "arctanh_",
    "argmax",
    "argmin",
    "argsort",
    "argwhere",
    "asin",
    "asin_",
    "asinh",
    "asinh_",
    "atan",
    "atan2",
    "atan_",
    "atanh",
    "atanh_",
    "atleast_1d",
    "atleast_2d",
    "atleast_3d",
    "avg_pool1d",
    "baddbmm",
    "bilinear",
    "bincount",
    "bitwise_and",
    "bitwise_left_shift",
    "bitwise_not",
    "bitwise_or",
    "bitwise_right_shift",
    "bitwise_xor",
    "block_diag",
    "bmm",
    "broadcast_tensors",
    "broadcast_to",
    "bucketize",
    "cartesian_prod",
    "cat",
    "cdist",
    "ceil",
    "ceil_",
    "celu",
    "celu_",
    "chain_matmul",
    "channel_shuffle",
    "cholesky",
    "cholesky_inverse",
    "cholesky_solve",
    "chunk",
    "clamp",
    "clamp_",
    "clamp_max",
    "clamp_max_",
    "clamp_min",
    "clamp_min_",
    "clip",
    "clip_",
    "clone",
    "column_stack",
    "combinations",
    "concat",
    "concatenate",
    "conv1d",
    "conv2d",
    "conv3d",
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
    "copysign",
    "corrcoef",
    "cos",
    "cos_",
    "cosh",
    "cosh_",
    "cosine_similarity",
    "count_nonzero",
    "cov",
    "cross",
    "cummax",
    "cummin",
    "cumprod",
    "cumsum",
    "cumulative_trapezoid",
    "deg2rad",
    "deg2rad_",
    "det",
    "diag",
    "diag_embed",
    "diagflat",
    "diagonal",
    "diagonal_scatter",
    "diff",
    "digamma",
    "dist",
    "div",
    "divide",
    "dot",
    "dropout",
    "dropout_",
    "dsplit",
    "dstack",
    "einsum",
    "eq",
    "equal",
    "erf",
    "erf_",
    "erfc",
    "erfc_",
    "erfinv",
    "exp",
    "exp2",
    "exp2_",
    "exp_",
    "expand",
    "expm1",
    "expm1_",
    "feature_alpha_dropout",
    "feature_alpha_dropout_",
    "fix",
    "fix_",
    "flatten",
    "flip",
    "fliplr",
    "flipud",
    "float_power",
    "floor",
    "floor_",
    "floor_divide",
    "fmax",
    "fmin",
    "fmod",
    "frac",
    "frac_",
    "frexp",
    "gather",
    "gcd",
    "gcd_",
    "ge",
    "getitem",
    "gradient",
    "greater",
    "greater_equal",
    "gt",
    "hardshrink",
    "heaviside",
    "histc",
    "hsplit",
    "hstack",
    "hypot",
    "i0",
    "i0_",
    "index_add",
    "index_copy",
    "index_fill",
    "index_put",
    "index_put_",
    "index_reduce",
    "index_select",
    "inner",
    "inverse",
    "isclose",
    "isfinite",
    "isin",
    "isinf",
    "isnan",
    "isneginf",
    "isposinf",
    "isreal",
    "kron",
    "kthvalue",
    "lcm",
    "lcm_",
    "ldexp",
    "ldexp_",
    "le",
    "lerp",
    "less",
    "less_equal",
    "lgamma",
    "linear",
    "log",
    "log10",
    "log10_",
    "log1p",
    "log1p_",
    "log2",
    "log2_",
    "log_",
    "log_softmax",
    "logaddexp",
    "logaddexp2",
    "logcumsumexp",
    "logdet",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "logit",
    "logit_",
    "logsumexp",
    "lt",
    "lu",
    "lu_solve",
    "masked_fill",
    "masked_scatter",
    "masked_select",
    "matmul",
    "matrix_exp",
    "matrix_power",
    "max",
    "max_pool1d",
    "max_pool2d",
    "max_pool3d",
    "maximum",
    "mean",
    "median",
    "meshgrid",
    "min",
    "minimum",
    "mm",
    "mode",
    "moveaxis",
    "movedim",
    "msort",
    "mul",
    "multi_dot",
    "multiply",
    "mv",
    "mvlgamma",
    "nan_to_num",
    "nan_to_num_",
    "nanmean",
    "nanmedian",
    "nanquantile",
    "nansum",
    "narrow",
    "ne",
    "neg",
    "neg_",
    "negative",
    "negative_",
    "nextafter",
    "nonzero",
    "norm",
    "not_equal",
    "one_hot",
    "outer",
    "pairwise_distance",
    "permute",
    "pinverse",
    "pixel_shuffle",
    "pixel_unshuffle",
    "polygamma",
    "positive",
    "pow",
    "prelu",
    "prod",
    "put",
    "qr",
    "quantile",
    "rad2deg",
    "rad2deg_",
    "ravel",
    "reciprocal",
    "reciprocal_",
    "relu",
    "relu_",
    "remainder",
    "renorm",
    "repeat",
    "repeat_interleave",
    "reshape",
    "roll",
    "rot90",
    "round",
    "round_",
    "row_stack",
    "rrelu",
    "rrelu_",
    "rsqrt",
    "rsqrt_",
    "scatter",
    "scatter_add",
    "scatter_reduce",
    "searchsorted",
    "select",
    "select_scatter",
    "selu",
    "selu_",
    "setitem",
    "sgn",
    "sigmoid",
    "sigmoid_",
    "sign",
    "signbit",
    "silu",
    "sin",
    "sin_",
    "sinc",
    "sinc_",
    "sinh",
    "sinh_",
    "slice_scatter",
    "slogdet",
    "softmax",
    "softplus",
    "sort",
    "split",
    "sqrt",
    "sqrt_",
    "square",
    "square_",
    "squeeze",
    "stack",
    "std",
    "std_mean",
    "sub",
    "subtract",
    "sum",
    "sum_to_size",
    "svd",
    "swapaxes",
    "swapdims",
    "t",
    "take",
    "take_along_dim",
    "tan",
    "tan_",
    "tanh",
    "tanh_",
    "tensor_split",
    "tensordot",
    "threshold",
    "threshold_",
    "tile",
    "topk",
    "trace",
    "transpose",
    "trapezoid",
    "trapz",
    "triangular_solve",
    "tril",
    "triu",
    "true_divide",
    "trunc",
    "trunc_",
    "unbind",
    "unflatten",
    "unfold",
    "unique",
    "unique_consecutive",
    "unsqueeze",
    "vander",
    "var",
    "var_mean",
    "vdot",
    "vecdot",
    "view",
    "vsplit",
    "vstack",
    "where",
    "xlogy",
    "xlogy_",
]
