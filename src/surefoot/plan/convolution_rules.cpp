// Convolutions: libtorch has no meta kernel for them outside Python, and the CPU's (oneDNN) reorder weights, and in
// NCHW everything, before they run.
#include <ATen/ATen.h>

#include <array>

#include "surefoot/plan/convolution.h"
#include "surefoot/plan/operator_call.h"

namespace surefoot::plan {
namespace {

at::MemoryFormat format_of(const at::Tensor& x, const at::Tensor& weight) {
  const auto last = at::MemoryFormat::ChannelsLast;
  return x.suggest_memory_format() == last || weight.suggest_memory_format() == last ? last
                                                                                     : at::MemoryFormat::Contiguous;
}

/// A copy where the layout is another: held while the kernel runs.
c10::DataPtr hold_in_format(const at::Tensor& tensor, at::MemoryFormat format) {
  return hold_meta_bytes(tensor.is_contiguous(format) ? 0 : static_cast<int64_t>(tensor.nbytes()));
}

Convolution shapes_of(const at::Tensor& x,
                      const at::Tensor& weight,
                      const std::vector<int64_t>& out,
                      int64_t stride,
                      int64_t groups,
                      int threads) {
  return {.n = x.size(0),
          .ic = x.size(1),
          .ih = x.size(2),
          .iw = x.size(3),
          .oc = weight.size(0),
          .kh = weight.size(2),
          .kw = weight.size(3),
          .oh = out[2],
          .ow = out[3],
          .stride = stride,
          .groups = groups,
          .item = static_cast<int64_t>(x.element_size()),
          .threads = threads,
          .channels_last = format_of(x, weight) == at::MemoryFormat::ChannelsLast};
}

/// Height and width; one number stands for both.
std::array<int64_t, 2> pair(const c10::IValue& value) {
  const auto numbers = value.toIntVector();
  return {numbers.front(), numbers.back()};
}

// convolution(x, weight, bias, stride, padding, dilation, transposed, output_padding, groups) -> y
void convolution(OperatorCall& call) {
  call.model_began();
  const at::Tensor x = call.tensor(0), weight = call.tensor(1);
  const auto stride = pair(call.argument(3)), padding = pair(call.argument(4)), dilation = pair(call.argument(5));
  std::vector<int64_t> out = {x.size(0), weight.size(0)};
  for (size_t i = 0; i < 2; ++i) {
    const auto axis = static_cast<int64_t>(i) + 2;
    const int64_t reach = dilation[i] * (weight.size(axis) - 1) + 1;
    out.push_back((x.size(axis) + 2 * padding[i] - reach) / stride[i] + 1);
  }
  const auto format = format_of(x, weight);
  const Convolution c = shapes_of(x, weight, out, stride[0], call.argument(8).toInt(), call.device().threads);
  call.count_flops(c.flops());
  const auto result = [&] { return at::empty(out, x.options().memory_format(format)); };
  if (!call.on_cpu() || !takes_onednn(c, dilation != std::array<int64_t, 2>{1, 1})) return call.give({result()});

  const auto x_copy = hold_in_format(x, format), weight_copy = hold_in_format(weight, format);
  if (c.channels_last) {
    const at::Tensor y = result();
    const auto space = hold_meta_bytes(packed_weight_bytes(c) + forward_scratch(c));
    return call.give({y});
  }
  // NCHW: input, weights and output in blocks of channels, then the output once more as it was asked for.
  auto space = hold_meta_bytes(packed_weight_bytes(c) + forward_scratch(c) + (c.ic % 16 == 0 ? c.input_bytes() : 0));
  const auto blocked = hold_meta_bytes(c.output_bytes());
  space.clear();
  call.give({result()});
}

/// Gradient of the input: [N, ic, ih, iw], or undefined.
at::Tensor input_gradient(const at::Tensor& x, const Convolution& c, at::MemoryFormat format, bool onednn) {
  const auto result = [&] { return at::empty(x.sizes(), x.options().memory_format(format)); };
  if (!onednn) return result();
  if (c.channels_last) {
    const at::Tensor dx = result();
    const auto space = hold_meta_bytes(packed_weight_bytes(c) + backward_data_scratch(c));
    return dx;
  }
  auto space = hold_meta_bytes(packed_weight_bytes(c) + backward_data_scratch(c) + c.output_bytes());
  const auto blocked = hold_meta_bytes(c.input_bytes());
  space.clear();
  return result();
}

/// Gradient of the weights, [oc, ic, kh, kw]: summed in the kernel's order, then reordered.
at::Tensor weight_gradient(const at::Tensor& weight, const Convolution& c, at::MemoryFormat format, bool onednn) {
  const auto result = [&] { return at::empty(weight.sizes(), weight.options().memory_format(format)); };
  if (!onednn) return result();
  const auto blocked = hold_meta_bytes(c.weight_bytes());
  const int64_t reordered = c.channels_last ? 0 : (c.ic % 16 == 0 ? c.input_bytes() : 0) + c.output_bytes();
  hold_meta_bytes(reordered + backward_weights_scratch(c)).clear();
  const auto plain = hold_meta_bytes(c.channels_last ? c.weight_bytes() : 0);
  return result();
}

// convolution_backward(dy, x, weight, bias_sizes, stride, padding, dilation, transposed, output_padding, groups, mask)
// -> (dx, dweight, dbias)
void convolution_backward(OperatorCall& call) {
  const at::Tensor dy = call.tensor(0), x = call.tensor(1), weight = call.tensor(2);
  const auto stride = pair(call.argument(4)), dilation = pair(call.argument(6));
  const auto mask = call.argument(10).toBoolList();
  const auto format = format_of(x, weight);
  const Convolution c =
      shapes_of(x, weight, dy.sizes().vec(), stride[0], call.argument(9).toInt(), call.device().threads);
  call.count_flops(c.flops() * (mask[0] + mask[1]));
  const bool onednn = call.on_cpu() && takes_onednn(c, dilation != std::array<int64_t, 2>{1, 1});

  const auto dy_copy = hold_in_format(dy, format), x_copy = hold_in_format(x, format),
             weight_copy = hold_in_format(weight, format);
  const at::Tensor dx = mask[0] ? input_gradient(x, c, format, onednn) : at::Tensor();
  const at::Tensor dbias = mask[2] ? at::empty({weight.size(0)}, weight.options()) : at::Tensor();
  const at::Tensor dweight = mask[1] ? weight_gradient(weight, c, format, onednn) : at::Tensor();
  call.give({dx, dweight, dbias});
}

}  // namespace

std::span<const NamedRule> convolution_rules() {
  static constexpr NamedRule rules[] = {{"aten::convolution", convolution},
                                        {"aten::convolution_backward", convolution_backward}};
  return rules;
}

}  // namespace surefoot::plan
