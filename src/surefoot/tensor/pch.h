#pragma once
// Precompiled for every target below the torch wall. torch/torch.h itself stays out: it costs 11 s a file and no header
// may need it.
#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/types.h>

#include <map>
#include <memory>
#include <string>
#include <vector>
