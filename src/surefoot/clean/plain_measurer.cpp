#include <deque>
#include <utility>

#include "surefoot/clean/measurer.h"

namespace surefoot::clean {
namespace {

class PlainMeasurer final : public Measurer {
 public:
  explicit PlainMeasurer(const index::MeasureOptions& options) : options_(options) {}

  void submit(uint64_t id, std::string bytes) override {
    Measured measured;
    index::PictureView view;
    index::measure(bytes, options_, measured.facts, view);
    measured.view = index::pack(view);
    done_.emplace_back(id, std::move(measured));
  }
  bool receive(bool, const std::function<void(uint64_t, Measured&&)>& answer) override {
    if (done_.empty()) return false;
    while (!done_.empty()) {
      // An answer may submit more.
      auto [id, measured] = std::move(done_.front());
      done_.pop_front();
      answer(id, std::move(measured));
    }
    return true;
  }
  std::string level() const override { return "none"; }

 private:
  index::MeasureOptions options_;
  std::deque<std::pair<uint64_t, Measured>> done_;
};

}  // namespace

std::unique_ptr<Measurer> make_plain_measurer(const index::MeasureOptions& options) {
  return std::make_unique<PlainMeasurer>(options);
}

}  // namespace surefoot::clean
