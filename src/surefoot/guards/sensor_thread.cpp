#include "surefoot/guards/sensor_thread.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "surefoot/base/clock.h"
#include "surefoot/guards/machine_sensors.h"
#include "surefoot/guards/nvml.h"

namespace surefoot::guards {
namespace {
constexpr double kFreshSeconds = 10;
constexpr std::chrono::seconds kPatience{2};
}  // namespace

/// Lives as long as the thread, which may outlive the SensorThread.
struct SensorThread::State {
  std::mutex mutex;
  std::condition_variable changed;
  bool stop = false, done = false;
  double read_at = -1e300;
  std::vector<Temperature> temperatures;
  std::vector<HardwareReport> hardware;

  /// @param library  of the cards; empty: none are read
  void run(Files& files, const std::string& library, double period) {
    ProcessorHeat processor(files);
    const std::unique_ptr<Nvml> nvml = library.empty() ? nullptr : Nvml::open(library);
    std::unique_lock lock(mutex);
    while (!stop) {
      lock.unlock();
      std::vector<Temperature> heat = processor.read();
      std::vector<HardwareReport> reports;
      if (nvml != nullptr) {
        for (Temperature& each : nvml->temperatures()) heat.push_back(std::move(each));
        reports = nvml->hardware();
      }
      lock.lock();
      temperatures = std::move(heat);
      hardware.insert(hardware.end(), reports.begin(), reports.end());
      read_at = real_clock().now();
      changed.wait_for(lock, std::chrono::duration<double>(period), [&] { return stop; });
    }
    done = true;
    changed.notify_all();
  }
};

SensorThread::SensorThread(Files& files, bool gpu, double period) : state_(std::make_shared<State>()) {
  std::thread([state = state_, &files, library = gpu ? Nvml::library() : "", period] {
    state->run(files, library, period);
  }).detach();
}

SensorThread::~SensorThread() {
  std::unique_lock lock(state_->mutex);
  state_->stop = true;
  state_->changed.notify_all();
  state_->changed.wait_for(lock, kPatience, [&] { return state_->done; });
}

void SensorThread::read(Vitals& vitals) {
  const std::lock_guard lock(state_->mutex);
  if (real_clock().now() - state_->read_at < kFreshSeconds) vitals.temperatures = state_->temperatures;
  vitals.hardware = std::move(state_->hardware);
  state_->hardware.clear();
}

}  // namespace surefoot::guards
