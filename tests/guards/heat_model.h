#pragma once
#include <cmath>

namespace surefoot::testing {

/// A card and its cooler as one mass (Newton's law of cooling): heat in by load, out to the air.
struct HeatModel {
  double celsius = 40;
  double ambient = 40;         // where it ends without load
  double full_load_rise = 50;  // above ambient, in the end, at load 1
  double seconds = 60;         // time constant

  void advance(double dt, double load) {
    const double end = ambient + full_load_rise * load;
    celsius = end + (celsius - end) * std::exp(-dt / seconds);
  }
};

}  // namespace surefoot::testing
