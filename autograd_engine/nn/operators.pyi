"""Written by `python -m tests.stubs`."""

from autograd_engine.backend.random import Generator
from autograd_engine.ops.network.convolution import Size
from autograd_engine.ops.network.dropout import Source
from autograd_engine.tensor.tensor import Tensor
from collections.abc import Callable
from collections.abc import Sequence
from typing import Any
from typing import Literal
from typing import overload
def relu_(x: Any) -> Tensor:
    """Like `relu`, in place: the result replaces the tensor's own values."""
def tanh(x: Any) -> Tensor:
    """The hyperbolic tangent."""
def sigmoid(x: Any) -> Tensor:
    """1 / (1 + e^-x), computed from e^-|x| so that nothing overflows."""
def linear(x: Any, weight: Any, bias: Any = None) -> Tensor:
    """x weight^T + bias, in one node."""
def bilinear(input1: Any, input2: Any, weight: Any, bias: Any = None) -> Tensor:
    """out[..., o] = sum_ij input1[..., i] weight[o, i, j] input2[..., j] + bias[o]."""
def normalize(input: Any, p: float = 2.0, dim: int = 1, eps: float = 1e-12, *, axis: int = ...) -> Tensor:
    """The vectors along `dim` divided by their p-norm, or by `eps` where the norm is smaller than that."""
def cosine_similarity(x1: Any, x2: Any, dim: int = 1, eps: float = 1e-08, *, axis: int = ...) -> Tensor:
    """The cosine of the angle between the vectors along `dim`: x1 . x2 / (max(|x1|, eps) max(|x2|, eps))."""
def pairwise_distance(x1: Any, x2: Any, p: float = 2.0, eps: float = 1e-06, keepdim: bool = False, *, keepdims: bool = ...) -> Tensor:
    """The p-norm of x1 - x2 + eps over the last dimension; eps keeps it differentiable where x1 = x2."""
def elu(input: Any, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """x where x > 0, else alpha (e^x - 1)."""
def elu_(input: Any, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """Like `elu`, in place: the result replaces the tensor's own values."""
def celu(input: Any, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """x where x > 0, else alpha (e^(x/alpha) - 1), whose derivative is continuous for every alpha."""
def celu_(input: Any, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """Like `celu`, in place: the result replaces the tensor's own values."""
def selu(input: Any, inplace: bool = False) -> Tensor:
    """1.0507 x where x > 0, else 1.0507 * 1.6733 (e^x - 1): deep layers keep mean 0 and variance 1."""
def selu_(input: Any, inplace: bool = False) -> Tensor:
    """Like `selu`, in place: the result replaces the tensor's own values."""
def leaky_relu(input: Any, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """x where x > 0, else negative_slope x."""
def leaky_relu_(input: Any, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """Like `leaky_relu`, in place: the result replaces the tensor's own values."""
def prelu(input: Any, weight: Any) -> Tensor:
    """x where x > 0, else weight x, with a weight that is learned."""
def rrelu(input: Any, lower: float = 0.125, upper: float = 0.3333333333333333, training: bool = False, inplace: bool = False, *, generator: Generator | None = None) -> Tensor:
    """x where x > 0, else a x: in training, a is drawn from [lower, upper) for each element; else it is their mean."""
def rrelu_(input: Any, lower: float = 0.125, upper: float = 0.3333333333333333, training: bool = False, inplace: bool = False, *, generator: Generator | None = None) -> Tensor:
    """Like `rrelu`, in place: the result replaces the tensor's own values."""
def threshold(input: Any, threshold: float, value: float, inplace: bool = False) -> Tensor:
    """x where it exceeds `threshold`, else `value`; both are cast to the dtype of x."""
def threshold_(input: Any, threshold: float, value: float, inplace: bool = False) -> Tensor:
    """Like `threshold`, in place: the result replaces the tensor's own values."""
def hardtanh(input: Any, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Tensor:
    """x limited to [min_val, max_val], both cast to its dtype; unlike that of `clamp`, the derivative at the bounds
    is 0."""
def hardtanh_(input: Any, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Tensor:
    """Like `hardtanh`, in place: the result replaces the tensor's own values."""
def relu6(input: Any, inplace: bool = False) -> Tensor:
    """x limited to [0, 6]; derivative 0 at the bounds."""
def hardsigmoid(input: Any, inplace: bool = False) -> Tensor:
    """x / 6 + 1/2, limited to [0, 1]: a sigmoid of straight lines."""
def hardswish(input: Any, inplace: bool = False) -> Tensor:
    """x hardsigmoid(x)."""
def hardshrink(input: Any, lambd: float = 0.5) -> Tensor:
    """x, but 0 where |x| <= lambd."""
def softshrink(input: Any, lambd: float = 0.5) -> Tensor:
    """x moved toward 0 by lambd, 0 where |x| <= lambd."""
def tanhshrink(input: Any) -> Tensor:
    """x - tanh(x)"""
def softsign(input: Any) -> Tensor:
    """x / (1 + |x|)"""
def softplus(input: Any, beta: float = 1.0, threshold: float = 20.0) -> Tensor:
    """log(1 + e^(beta x)) / beta, a smooth relu; x itself where beta x exceeds `threshold`."""
def logsigmoid(input: Any) -> Tensor:
    """log(sigmoid(x)) = -log(1 + e^-x)"""
def silu(input: Any, inplace: bool = False) -> Tensor:
    """x sigmoid(x), also called swish."""
def mish(input: Any, inplace: bool = False) -> Tensor:
    """x tanh(softplus(x))."""
def gelu(input: Any, approximate: str = 'none') -> Tensor:
    """x P(Z < x) for a standard normal Z."""
def conv1d(input: Any, weight: Any, bias: Any | None = None, stride: Size = 1, padding: Size | str = 0, dilation: Size = 1, groups: int = 1) -> Tensor:
    """out[n, o, p] = bias[o] + sum over c, k of weight[o, c, k] input[n, c, stride p + dilation k - padding]."""
def conv2d(input: Any, weight: Any, bias: Any | None = None, stride: Size = 1, padding: Size | str = 0, dilation: Size = 1, groups: int = 1) -> Tensor:
    """`conv1d` over the two dimensions of pictures."""
def conv3d(input: Any, weight: Any, bias: Any | None = None, stride: Size = 1, padding: Size | str = 0, dilation: Size = 1, groups: int = 1) -> Tensor:
    """`conv1d` over the three dimensions of volumes, or of pictures in time."""
def conv_transpose1d(input: Any, weight: Any, bias: Any | None = None, stride: Size = 1, padding: Size = 0, output_padding: Size = 0, groups: int = 1, dilation: Size = 1) -> Tensor:
    """The gradient of `conv1d` to its input, as an operation of its own: each element of the input adds its
    multiple of the kernel to the result."""
def conv_transpose2d(input: Any, weight: Any, bias: Any | None = None, stride: Size = 1, padding: Size = 0, output_padding: Size = 0, groups: int = 1, dilation: Size = 1) -> Tensor:
    """`conv_transpose1d` over the two dimensions of pictures."""
def conv_transpose3d(input: Any, weight: Any, bias: Any | None = None, stride: Size = 1, padding: Size = 0, output_padding: Size = 0, groups: int = 1, dilation: Size = 1) -> Tensor:
    """`conv_transpose1d` over three dimensions."""
@overload
def max_pool1d(input: Any, kernel_size: Size, stride: Size | None = None, padding: Size = 0, dilation: Size = 1, ceil_mode: bool = False, return_indices: Literal[False] = False) -> Tensor:
    """The largest element of each window; the gradient flows to it alone, the first of equal ones."""
@overload
def max_pool1d(input: Any, kernel_size: Size, stride: Size | None = None, padding: Size = 0, dilation: Size = 1, ceil_mode: bool = False, *, return_indices: Literal[True]) -> tuple[Tensor, Tensor]:
    """The largest element of each window; the gradient flows to it alone, the first of equal ones."""
@overload
def max_pool2d(input: Any, kernel_size: Size, stride: Size | None = None, padding: Size = 0, dilation: Size = 1, ceil_mode: bool = False, return_indices: Literal[False] = False) -> Tensor:
    """`max_pool1d` over the windows of pictures, (N, C, H, W) or (C, H, W); the indices count in row-major order."""
@overload
def max_pool2d(input: Any, kernel_size: Size, stride: Size | None = None, padding: Size = 0, dilation: Size = 1, ceil_mode: bool = False, *, return_indices: Literal[True]) -> tuple[Tensor, Tensor]:
    """`max_pool1d` over the windows of pictures, (N, C, H, W) or (C, H, W); the indices count in row-major order."""
@overload
def max_pool3d(input: Any, kernel_size: Size, stride: Size | None = None, padding: Size = 0, dilation: Size = 1, ceil_mode: bool = False, return_indices: Literal[False] = False) -> Tensor:
    """`max_pool1d` over the windows of volumes, (N, C, D, H, W) or (C, D, H, W)."""
@overload
def max_pool3d(input: Any, kernel_size: Size, stride: Size | None = None, padding: Size = 0, dilation: Size = 1, ceil_mode: bool = False, *, return_indices: Literal[True]) -> tuple[Tensor, Tensor]:
    """`max_pool1d` over the windows of volumes, (N, C, D, H, W) or (C, D, H, W)."""
def avg_pool1d(input: Any, kernel_size: Size, stride: Size | None = None, padding: Size = 0, ceil_mode: bool = False, count_include_pad: bool = True) -> Tensor:
    """The mean of each window."""
def avg_pool2d(input: Any, kernel_size: Size, stride: Size | None = None, padding: Size = 0, ceil_mode: bool = False, count_include_pad: bool = True, divisor_override: int | None = None) -> Tensor:
    """`avg_pool1d` over the windows of pictures, (N, C, H, W) or (C, H, W)."""
def avg_pool3d(input: Any, kernel_size: Size, stride: Size | None = None, padding: Size = 0, ceil_mode: bool = False, count_include_pad: bool = True, divisor_override: int | None = None) -> Tensor:
    """`avg_pool2d` over the windows of volumes, (N, C, D, H, W) or (C, D, H, W)."""
def lp_pool1d(input: Any, norm_type: float, kernel_size: Size, stride: Size | None = None, ceil_mode: bool = False) -> Tensor:
    """(sum of x^p)^(1/p) of each window, where p is `norm_type`."""
def lp_pool2d(input: Any, norm_type: float, kernel_size: Size, stride: Size | None = None, ceil_mode: bool = False) -> Tensor:
    """`lp_pool1d` over the windows of pictures."""
def lp_pool3d(input: Any, norm_type: float, kernel_size: Size, stride: Size | None = None, ceil_mode: bool = False) -> Tensor:
    """`lp_pool1d` over the windows of volumes."""
def adaptive_avg_pool1d(input: Any, output_size: Any) -> Tensor:
    """Means of windows of which there are as many as `output_size` says: window i reaches from i L / m, rounded
    down, to (i + 1) L / m, rounded up."""
def adaptive_avg_pool2d(input: Any, output_size: Any) -> Tensor:
    """`adaptive_avg_pool1d` over pictures, to one size for both dimensions, or (H, W); None keeps the input's."""
def adaptive_avg_pool3d(input: Any, output_size: Any) -> Tensor:
    """`adaptive_avg_pool2d` over volumes."""
@overload
def adaptive_max_pool1d(input: Any, output_size: Any, return_indices: Literal[False] = False) -> Tensor:
    """The largest elements of the windows of `adaptive_avg_pool1d`; with `return_indices` also where they lie."""
@overload
def adaptive_max_pool1d(input: Any, output_size: Any, *, return_indices: Literal[True]) -> tuple[Tensor, Tensor]:
    """The largest elements of the windows of `adaptive_avg_pool1d`; with `return_indices` also where they lie."""
@overload
def adaptive_max_pool2d(input: Any, output_size: Any, return_indices: Literal[False] = False) -> Tensor:
    """`adaptive_max_pool1d` over pictures."""
@overload
def adaptive_max_pool2d(input: Any, output_size: Any, *, return_indices: Literal[True]) -> tuple[Tensor, Tensor]:
    """`adaptive_max_pool1d` over pictures."""
@overload
def adaptive_max_pool3d(input: Any, output_size: Any, return_indices: Literal[False] = False) -> Tensor:
    """`adaptive_max_pool1d` over volumes."""
@overload
def adaptive_max_pool3d(input: Any, output_size: Any, *, return_indices: Literal[True]) -> tuple[Tensor, Tensor]:
    """`adaptive_max_pool1d` over volumes."""
@overload
def fractional_max_pool2d(input: Any, kernel_size: Size, output_size: Size | None = None, output_ratio: Any = None, return_indices: Literal[False] = False, _random_samples: Any | None = None, *, generator: Generator | None = None) -> Tensor:
    """The largest elements of windows whose steps are drawn at random, so that a picture may shrink by a fraction."""
@overload
def fractional_max_pool2d(input: Any, kernel_size: Size, output_size: Size | None = None, output_ratio: Any = None, *, return_indices: Literal[True], _random_samples: Any | None = None, generator: Generator | None = None) -> tuple[Tensor, Tensor]:
    """The largest elements of windows whose steps are drawn at random, so that a picture may shrink by a fraction."""
@overload
def fractional_max_pool3d(input: Any, kernel_size: Size, output_size: Size | None = None, output_ratio: Any = None, return_indices: Literal[False] = False, _random_samples: Any | None = None, *, generator: Generator | None = None) -> Tensor:
    """`fractional_max_pool2d` over the windows of volumes."""
@overload
def fractional_max_pool3d(input: Any, kernel_size: Size, output_size: Size | None = None, output_ratio: Any = None, *, return_indices: Literal[True], _random_samples: Any | None = None, generator: Generator | None = None) -> tuple[Tensor, Tensor]:
    """`fractional_max_pool2d` over the windows of volumes."""
def scaled_dot_product_attention(query: Any, key: Any, value: Any, attn_mask: Any | None = None, dropout_p: float = 0.0, is_causal: bool = False, scale: float | None = None, enable_gqa: bool = False, *, generator: Generator | None = None) -> Tensor:
    """softmax(scale query key^T + mask) value: what each query reads of the values."""
def dropout(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False, *, generator: Source = None) -> Tensor:
    """In training, 0 with probability p for each element, else x / (1 - p); the input itself otherwise."""
def dropout1d(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False, *, generator: Source = None) -> Tensor:
    """`dropout` of whole channels. Shapes: (N, C, L) or (C, L)."""
def dropout2d(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False, *, generator: Source = None) -> Tensor:
    """`dropout` of whole channels. Shapes: (N, C, H, W), or (N, C, L): PyTorch takes 3 dimensions for a batch here."""
def dropout3d(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False, *, generator: Source = None) -> Tensor:
    """`dropout` of whole channels. Shapes: (N, C, D, H, W) or (C, D, H, W)."""
def alpha_dropout(input: Any, p: float = 0.5, training: bool = False, inplace: bool = False, *, generator: Source = None) -> Tensor:
    """Dropout for networks of `selu`: elements are set to its lowest value, -1.7581, and then all are moved and
    scaled so that mean 0 and variance 1 stay. By default `training` is false, as in PyTorch."""
def feature_alpha_dropout(input: Any, p: float = 0.5, training: bool = False, inplace: bool = False, *, generator: Source = None) -> Tensor:
    """`alpha_dropout` of whole channels. Shapes: (N, C, ...)."""
def embedding(input: Any, weight: Any, padding_idx: int | None = None, max_norm: float | None = None, norm_type: float = 2.0, scale_grad_by_freq: bool = False, sparse: bool = False) -> Tensor:
    """The rows of the table `weight` that the integers `input` name."""
def embedding_bag(input: Any, weight: Any, offsets: Any | None = None, max_norm: float | None = None, norm_type: float = 2.0, scale_grad_by_freq: bool = False, mode: str = 'mean', sparse: bool = False, per_sample_weights: Any | None = None, include_last_offset: bool = False, padding_idx: int | None = None) -> Tensor:
    """The sums, means or elementwise maxima of bags of rows of the table `weight`; zeros for an empty bag."""
def unfold(input: Any, kernel_size: Size, dilation: Size = 1, padding: Size = 0, stride: Size = 1) -> Tensor:
    """The windows of pictures as columns; a convolution is a product of its weight with them ("im2col")."""
def fold(input: Any, output_size: Size, kernel_size: Size, dilation: Size = 1, padding: Size = 0, stride: Size = 1) -> Tensor:
    """The adjoint of `nn.functional.unfold`: columns added up to pictures, each element where its window has it."""
def glu(input: Any, dim: int = -1, *, axis: int = ...) -> Tensor:
    """a sigmoid(b), where a and b are the first and the second half of the input along `dim`."""
def maxout(input: Any, pieces: int, dim: int = -1, *, axis: int = ...) -> Tensor:
    """The largest of every `pieces` neighbours along `dim`; equal ones share the gradient."""
def gumbel_softmax(logits: Any, tau: float = 1.0, hard: bool = False, eps: float = 1e-10, dim: int = -1, *, generator: Generator | None = None, axis: int = ...) -> Tensor:
    """A differentiable draw from the distribution softmax(logits) along `dim`: softmax((logits + noise) / tau)."""
def multi_head_attention_forward(query: Any, key: Any, value: Any, embed_dim_to_check: int, num_heads: int, in_proj_weight: Any | None, in_proj_bias: Any | None, bias_k: Any | None, bias_v: Any | None, add_zero_attn: bool, dropout_p: float, out_proj_weight: Any, out_proj_bias: Any | None, training: bool = True, key_padding_mask: Any | None = None, need_weights: bool = True, attn_mask: Any | None = None, use_separate_proj_weight: bool = False, q_proj_weight: Any | None = None, k_proj_weight: Any | None = None, v_proj_weight: Any | None = None, static_k: Any | None = None, static_v: Any | None = None, average_attn_weights: bool = True, is_causal: bool = False) -> tuple[Tensor, Tensor | None]:
    """Attention of `num_heads` heads, projected to the output, and the weights if they are wanted."""
def batch_norm(input: Any, running_mean: Any | None, running_var: Any | None, weight: Any | None = None, bias: Any | None = None, training: bool = False, momentum: float = 0.1, eps: float = 1e-05) -> Tensor:
    """weight (x - mean) / sqrt(var + eps) + bias, for each channel over batch and positions."""
def instance_norm(input: Any, running_mean: Any | None = None, running_var: Any | None = None, weight: Any | None = None, bias: Any | None = None, use_input_stats: bool = True, momentum: float = 0.1, eps: float = 1e-05) -> Tensor:
    """weight (x - mean) / sqrt(var + eps) + bias, for each channel of each sample over its positions."""
def group_norm(input: Any, num_groups: int, weight: Any | None = None, bias: Any | None = None, eps: float = 1e-05) -> Tensor:
    """weight (x - mean) / sqrt(var + eps) + bias, for each group of channels of each sample."""
def layer_norm(input: Any, normalized_shape: Sequence[int], weight: Any | None = None, bias: Any | None = None, eps: float = 1e-05) -> Tensor:
    """weight (x - mean) / sqrt(var + eps) + bias, over the last dimensions."""
def rms_norm(input: Any, normalized_shape: Sequence[int], weight: Any | None = None, eps: float | None = None) -> Tensor:
    """weight x / sqrt(mean(x^2) + eps), over the last dimensions; `eps` is by default the precision of the dtype."""
def local_response_norm(input: Any, size: int, alpha: float = 0.0001, beta: float = 0.75, k: float = 1.0) -> Tensor:
    """x / (k + alpha mean)^beta, where the mean is that of x^2 over `size` neighboring channels, 0 beyond the last."""
def pad(input: Any, pad: Sequence[int], mode: str = 'constant', value: float | None = None) -> Tensor:
    """The input with elements added before and after it along its last dimensions."""
def pixel_shuffle(input: Any, upscale_factor: int) -> Tensor:
    """Each r * r channels become r by r pixels: (..., C r^2, H, W) -> (..., C, H r, W r)."""
def pixel_unshuffle(input: Any, downscale_factor: int) -> Tensor:
    """The inverse of `pixel_shuffle`: (..., C, H r, W r) -> (..., C r^2, H, W)."""
def channel_shuffle(input: Any, groups: int) -> Tensor:
    """Channels dealt like cards: group 1's first, group 2's first, ..., group 1's second, and so on."""
def interpolate(input: Any, size: int | Sequence[int] | None = None, scale_factor: float | Sequence[float] | None = None, mode: str = 'nearest', align_corners: bool | None = None, recompute_scale_factor: bool | None = None, antialias: bool = False) -> Tensor:
    """The input, taken as samples of a function of 1, 2 or 3 variables, sampled at another size."""
def grid_sample(input: Any, grid: Any, mode: str = 'bilinear', padding_mode: str = 'zeros', align_corners: bool | None = None) -> Tensor:
    """The input read at the places that `grid` names."""
def affine_grid(theta: Any, size: Sequence[int], align_corners: bool | None = None) -> Tensor:
    """The places that an affine map of a picture reads, for `grid_sample`."""
def one_hot(x: Any, num_classes: int = -1) -> Tensor:
    """The rows of an identity matrix (int64) that the integers `x` name, along a new last dimension."""
def max_unpool1d(input: Any, indices: Any, kernel_size: Size, stride: Size | None = None, padding: Size = 0, output_size: Sequence[int] | None = None) -> Tensor:
    """Zeros, with the elements of the input where `indices` say: what `max_pool1d` took, put back."""
def max_unpool2d(input: Any, indices: Any, kernel_size: Size, stride: Size | None = None, padding: Size = 0, output_size: Sequence[int] | None = None) -> Tensor:
    """`max_unpool1d` of pictures, whose indices count in row-major order."""
def max_unpool3d(input: Any, indices: Any, kernel_size: Size, stride: Size | None = None, padding: Size = 0, output_size: Sequence[int] | None = None) -> Tensor:
    """`max_unpool1d` of volumes."""
def mse_loss(input: Any, target: Any, reduction: str = 'mean', weight: Any | None = None, *, size_average: bool | None = None, reduce: bool | None = None) -> Tensor:
    """The squared error (input - target)^2, by default its mean."""
def l1_loss(input: Any, target: Any, reduction: str = 'mean', weight: Any | None = None, *, size_average: bool | None = None, reduce: bool | None = None) -> Tensor:
    """The absolute error |input - target|, by default its mean."""
def huber_loss(input: Any, target: Any, reduction: str = 'mean', delta: float = 1.0, weight: Any | None = None) -> Tensor:
    """The squared error e^2 / 2 up to |e| = delta, beyond it delta (|e| - delta / 2); by default its mean."""
def smooth_l1_loss(input: Any, target: Any, reduction: str = 'mean', beta: float = 1.0, *, size_average: bool | None = None, reduce: bool | None = None) -> Tensor:
    """huber_loss / beta: |error| - beta / 2, and error^2 / (2 beta) where |error| is below beta."""
def gaussian_nll_loss(input: Any, target: Any, var: Any | float, full: bool = False, eps: float = 1e-06, reduction: str = 'mean') -> Tensor:
    """(log var + (input - target)^2 / var) / 2: -log of the normal density of the target, up to a constant."""
def poisson_nll_loss(input: Any, target: Any, log_input: bool = True, full: bool = False, eps: float = 1e-08, reduction: str = 'mean', *, size_average: bool | None = None, reduce: bool | None = None) -> Tensor:
    """rate - target log(rate): -log of the Poisson probability of the target, up to log(target!)."""
def nll_loss(input: Any, target: Any, weight: Any | None = None, ignore_index: int = -100, reduction: str = 'mean', *, size_average: bool | None = None, reduce: bool | None = None) -> Tensor:
    """-input[target] for an input of log-probabilities; by default its mean, with `weight` the weighted mean."""
def cross_entropy(input: Any, target: Any, weight: Any | None = None, ignore_index: int = -100, reduction: str = 'mean', label_smoothing: float = 0.0, *, size_average: bool | None = None, reduce: bool | None = None) -> Tensor:
    """-sum_c q_c log softmax(input)_c in nats, where q is the target distribution."""
def kl_div(input: Any, target: Any, reduction: str = 'mean', log_target: bool = False, *, size_average: bool | None = None, reduce: bool | None = None) -> Tensor:
    """target (log target - input): the terms of KL(target || e^input), 0 where the target is 0."""
def binary_cross_entropy(input: Any, target: Any, weight: Any | None = None, reduction: str = 'mean', *, size_average: bool | None = None, reduce: bool | None = None) -> Tensor:
    """-target log(input) - (1 - target) log(1 - input), by default its mean."""
def binary_cross_entropy_with_logits(input: Any, target: Any, weight: Any | None = None, reduction: str = 'mean', pos_weight: Any | None = None, *, size_average: bool | None = None, reduce: bool | None = None) -> Tensor:
    """-target log p - (1 - target) log(1 - p) for p = sigmoid(input), by default its mean; it does not overflow."""
def soft_margin_loss(input: Any, target: Any, reduction: str = 'mean', *, size_average: bool | None = None, reduce: bool | None = None) -> Tensor:
    """log(1 + e^(-target input)), by default its mean; it does not overflow."""
def multilabel_soft_margin_loss(input: Any, target: Any, weight: Any | None = None, reduction: str = 'mean', *, size_average: bool | None = None, reduce: bool | None = None) -> Tensor:
    """The mean over the classes of `binary_cross_entropy_with_logits`: several classes may be true at once."""
def ctc_loss(log_probs: Any, targets: Any, input_lengths: Any, target_lengths: Any, blank: int = 0, reduction: str = 'mean', zero_infinity: bool = False) -> Tensor:
    """-log of the probability that the emissions spell the targets, once repeats are merged and blanks dropped."""
def hinge_loss(input: Any, target: Any, p: int = 1, margin: float = 1.0, reduction: str = 'mean') -> Tensor:
    """max(0, margin - target input)^p for targets 1 and -1: the loss of the support vector machine."""
def multi_margin_loss(input: Any, target: Any, p: int = 1, margin: float = 1.0, weight: Any | None = None, reduction: str = 'mean', *, size_average: bool | None = None, reduce: bool | None = None) -> Tensor:
    """sum_(i != y) max(0, margin - x_y + x_i)^p / C, the multi-class hinge loss; y the target class."""
def multilabel_margin_loss(input: Any, target: Any, reduction: str = 'mean', *, size_average: bool | None = None, reduce: bool | None = None) -> Tensor:
    """sum_ij max(0, 1 - x_(y_j) + x_i) / C over the target classes y_j and all other classes i."""
def margin_ranking_loss(input1: Any, input2: Any, target: Any, margin: float = 0.0, reduction: str = 'mean', *, size_average: bool | None = None, reduce: bool | None = None) -> Tensor:
    """max(0, margin - target (input1 - input2)): where the target is 1, input1 should be larger, where -1, input2."""
def hinge_embedding_loss(input: Any, target: Any, margin: float = 1.0, reduction: str = 'mean', *, size_average: bool | None = None, reduce: bool | None = None) -> Tensor:
    """The input, a distance, where the target is 1; max(0, margin - input) where it is -1."""
def cosine_embedding_loss(input1: Any, input2: Any, target: Any, margin: float = 0.0, reduction: str = 'mean', *, size_average: bool | None = None, reduce: bool | None = None) -> Tensor:
    """1 - cos(input1, input2) where the target is 1; max(0, cos(input1, input2) - margin) where it is -1."""
def triplet_margin_loss(anchor: Any, positive: Any, negative: Any, margin: float = 1.0, p: float = 2.0, eps: float = 1e-06, swap: bool = False, reduction: str = 'mean', *, size_average: bool | None = None, reduce: bool | None = None) -> Tensor:
    """max(0, margin + d(anchor, positive) - d(anchor, negative)), d(x, y) the p-norm of x - y + eps."""
def triplet_margin_with_distance_loss(anchor: Any, positive: Any, negative: Any, *, distance_function: Callable[[Any, Any], Any] | None = None, margin: float = 1.0, swap: bool = False, reduction: str = 'mean') -> Tensor:
    """max(0, margin + d(anchor, positive) - d(anchor, negative)) for any distance; see `triplet_margin_loss`."""

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
    "multi_head_attention_forward",
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
    "scaled_dot_product_attention",
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
