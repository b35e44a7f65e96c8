// What a GPU's driver reports as faults, sorted by what helps.
#include <algorithm>
#include <array>

#include "surefoot/guards/guard.h"

namespace surefoot::guards {
namespace {

struct Fault {
  int xid;
  const char* meaning;
  Advice::Kind kind;
};

constexpr const char* kSeeDriver =
    "if it comes again: a newer driver, less overclocking, another slot, power cable or card";
constexpr const char* kReplace = "run the maker's memory test; a card that counts such errors again is to be replaced";

/// NVIDIA, "Xid Errors" (GPU deployment and management documentation).
constexpr std::array kFaults = {
    Fault{13, "an exception in a graphics or compute engine", Advice::Kind::kRestart},
    Fault{31, "a fault of the GPU's memory management", Advice::Kind::kRestart},
    Fault{43, "a channel that stopped answering", Advice::Kind::kRestart},
    Fault{45, "a channel that the driver cleaned up", Advice::Kind::kRestart},
    Fault{48, "a memory error that cannot be corrected", Advice::Kind::kStop},
    Fault{63, "memory taken out of use after errors", Advice::Kind::kTell},
    Fault{64, "memory that could not be taken out of use after errors", Advice::Kind::kStop},
    Fault{74, "an error of NVLink", Advice::Kind::kTell},
    Fault{79, "the GPU has fallen off the bus", Advice::Kind::kStop},
    Fault{94, "a contained memory error", Advice::Kind::kStop},
    Fault{95, "a memory error that was not contained", Advice::Kind::kStop},
    Fault{119, "the GPU's controller does not answer", Advice::Kind::kStop},
};

class HardwareGuard final : public Guard {
 public:
  void on_second(const Vitals& v, std::vector<Advice>& advice) override {
    for (const HardwareReport& report : v.hardware)
      advice.push_back(report.xid == 0 ? memory_error(report) : xid(report));
  }

 private:
  static Advice memory_error(const HardwareReport& report) {
    return {.kind = Advice::Kind::kStop,
            .what = report.device + " counts memory errors that it could not correct",
            .why = std::to_string(report.errors) + " new ones: weights may be wrong from here on",
            .fix = kReplace,
            .figures = {{"errors", static_cast<double>(report.errors)}}};
  }

  static Advice xid(const HardwareReport& report) {
    const auto found =
        std::find_if(kFaults.begin(), kFaults.end(), [&](const Fault& fault) { return fault.xid == report.xid; });
    const bool known = found != kFaults.end();
    const bool memory = report.xid == 48 || report.xid == 64 || report.xid == 94 || report.xid == 95;
    return {.kind = known ? found->kind : Advice::Kind::kTell,
            .what = report.device + ": " + (known ? found->meaning : "the driver reports a fault"),
            .why = "Xid " + std::to_string(report.xid) + " of the driver",
            .fix = memory ? kReplace : kSeeDriver,
            .figures = {{"xid", static_cast<double>(report.xid)}}};
  }
};

std::unique_ptr<Guard> make(const config::Recipe& recipe) {
  return recipe.guards.thermal ? std::make_unique<HardwareGuard>() : nullptr;
}

}  // namespace

extern const GuardSpec hardware_guard;
const GuardSpec hardware_guard = {"hardware",
                                  "reads the faults that a GPU's driver reports: tells, starts anew or stops",
                                  "NVIDIA, Xid Errors", make};

}  // namespace surefoot::guards
