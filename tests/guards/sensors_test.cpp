// Sensors against a simulated driver library and made-up /proc and /sys.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <vector>

#include "surefoot/base/clock.h"
#include "surefoot/guards/machine_sensors.h"
#include "surefoot/guards/nvml.h"
#include "surefoot/guards/sensor_thread.h"
#include "testing/faulty_files.h"

namespace surefoot::guards {
namespace {

/// The library as the tests see it.
class SimulatedNvml : public ::testing::Test {
 protected:
  SimulatedNvml() : library_(::dlopen(SUREFOOT_SIMULATED_NVML, RTLD_NOW)) {}
  ~SimulatedNvml() override { ::dlclose(library_); }
  template <typename... Arguments>
  void simulated(const char* name, Arguments... arguments) {
    reinterpret_cast<void (*)(Arguments...)>(::dlsym(library_, name))(arguments...);
  }
  void* library_;
};

TEST_F(SimulatedNvml, GivesTemperatureLimitsAndReasons) {
  simulated("simulated_set", 71.4, 40.0, 50.0, 60.0);
  const auto nvml = Nvml::open(SUREFOOT_SIMULATED_NVML);
  ASSERT_NE(nvml, nullptr);
  const auto all = nvml->temperatures();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].sensor, "gpu 0");
  EXPECT_EQ(all[0].celsius, 71);
  EXPECT_EQ(all[0].slowdown, 92);
  EXPECT_EQ(all[0].shutdown, 97);
  EXPECT_TRUE(all[0].slowed_by_power);
  EXPECT_FALSE(all[0].emergency);
  EXPECT_DOUBLE_EQ(all[0].clock_share, 0.9);
  simulated("simulated_set", 95.0, 40.0, 50.0, 60.0);
  EXPECT_TRUE(nvml->temperatures()[0].emergency);
}

TEST_F(SimulatedNvml, ReportsFaultsOnce) {
  const auto nvml = Nvml::open(SUREFOOT_SIMULATED_NVML);
  EXPECT_TRUE(nvml->hardware().empty());
  simulated("simulated_xid", 79);
  simulated("simulated_ecc", 2ull);
  const auto reports = nvml->hardware();
  ASSERT_EQ(reports.size(), 2u);
  EXPECT_EQ(reports[0].xid, 79);
  EXPECT_EQ(reports[0].device, "gpu 0");
  EXPECT_EQ(reports[1].xid, 0);
  EXPECT_EQ(reports[1].errors, 2u);
  EXPECT_TRUE(nvml->hardware().empty());
}

TEST_F(SimulatedNvml, OnlyVisibleDevicesAreWatched) {
  const auto count = [](const char* visible) {
    ::setenv("CUDA_VISIBLE_DEVICES", visible, 1);
    const auto nvml = Nvml::open(SUREFOOT_SIMULATED_NVML);
    ::unsetenv("CUDA_VISIBLE_DEVICES");
    return nvml->temperatures().size();
  };
  EXPECT_EQ(count("0"), 1u);
  EXPECT_EQ(count("1,0"), 1u);
  EXPECT_EQ(count("GPU-5af"), 1u);
  EXPECT_EQ(count("1"), 0u);
  EXPECT_EQ(count(""), 0u);
}

TEST_F(SimulatedNvml, ADriverThatDoesNotStartIsAsGoodAsNone) {
  simulated("simulated_driver", false);
  EXPECT_EQ(Nvml::open(SUREFOOT_SIMULATED_NVML), nullptr);
  simulated("simulated_driver", true);
  EXPECT_EQ(Nvml::open("libthere-is-none.so.7"), nullptr);
  EXPECT_EQ(Nvml::open("libm.so.6"), nullptr) << "a library without the functions";
}

TEST_F(SimulatedNvml, AreReadByAThreadOfTheirOwn) {
  simulated("simulated_set", 66.0, 40.0, 50.0, 60.0);
  ::setenv("SUREFOOT_NVML", SUREFOOT_SIMULATED_NVML, 1);
  SensorThread sensors(real_files(), true, 0.01);
  ::unsetenv("SUREFOOT_NVML");
  const auto read_until = [&](const std::function<bool(const Vitals&)>& enough) {
    Vitals vitals;
    for (int i = 0; i < 500; ++i) {
      sensors.read(vitals);
      if (enough(vitals)) return vitals;
      real_clock().sleep(0.01);
    }
    return vitals;
  };
  const auto gpu = [](const Vitals& v) {
    const auto found = std::find_if(v.temperatures.begin(), v.temperatures.end(),
                                    [](const Temperature& each) { return each.sensor == "gpu 0"; });
    return found == v.temperatures.end() ? 0 : found->celsius;
  };
  EXPECT_EQ(gpu(read_until([&](const Vitals& v) { return gpu(v) > 0; })), 66);
  simulated("simulated_xid", 43);
  const Vitals vitals = read_until([](const Vitals& v) { return !v.hardware.empty(); });
  ASSERT_EQ(vitals.hardware.size(), 1u);
  EXPECT_EQ(vitals.hardware[0].xid, 43);
}

TEST(ProcessorHeat, ReadsThePackageZoneWithItsTripPoints) {
  testing::FaultyFiles files;
  const std::string zone = "/r/sys/class/thermal/thermal_zone1/";
  files.put("/r/sys/class/thermal/thermal_zone0/type", "acpitz\n");
  files.put("/r/sys/class/thermal/thermal_zone0/temp", "27800\n");
  files.put(zone + "type", "x86_pkg_temp\n");
  files.put(zone + "temp", "61500\n");
  files.put(zone + "trip_point_0_type", "passive\n");
  files.put(zone + "trip_point_0_temp", "95000\n");
  files.put(zone + "trip_point_1_type", "critical\n");
  files.put(zone + "trip_point_1_temp", "100000\n");
  const auto all = ProcessorHeat(files, "/r").read();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].sensor, "cpu x86_pkg_temp");
  EXPECT_EQ(all[0].part, Temperature::Part::kCpu);
  EXPECT_EQ(all[0].celsius, 61.5);
  EXPECT_EQ(all[0].slowdown, 95);
}

TEST(ProcessorHeat, FallsBackToTheDriversReading) {
  testing::FaultyFiles files;
  files.put("/r/sys/class/hwmon/hwmon3/name", "k10temp\n");
  files.put("/r/sys/class/hwmon/hwmon3/temp1_input", "70125\n");
  const auto all = ProcessorHeat(files, "/r").read();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].celsius, 70.125);
  EXPECT_EQ(all[0].slowdown, 0);
}

TEST(ProcessorHeat, AMachineWithoutSensorsGivesNone) {
  testing::FaultyFiles files;
  EXPECT_TRUE(ProcessorHeat(files, "/r").read().empty());
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // their shadow is memory, too
TEST(ProcessMemory, CountsWhatIsAllocatedAndTouched) {
  const uint64_t before = read_process_memory(real_files()).rss_anon_bytes;
  ASSERT_GT(before, 0u);
  constexpr size_t kBytes = 64 << 20;
  std::vector<char> block(kBytes, 1);
  const uint64_t after = read_process_memory(real_files()).rss_anon_bytes;
  EXPECT_NEAR(static_cast<double>(after - before), kBytes, 4 << 20);
  EXPECT_EQ(block[kBytes / 2], 1);
}
#endif

TEST(BusyProcessor, CountsAllButIdlenessAndWaiting) {
  testing::FaultyFiles files;
  EXPECT_EQ(read_busy_seconds(files, "/r"), 0);
  files.put("/r/proc/stat", "cpu  1000 200 300 90000 5000 40 60 100 7 7\ncpu0 1 2 3 4 5 6 7 8 0 0\n");
  EXPECT_DOUBLE_EQ(read_busy_seconds(files, "/r") * static_cast<double>(::sysconf(_SC_CLK_TCK)), 1700);
}

TEST(ProcessIo, CountsWhatIsReadAndWritten) {
  testing::FaultyFiles files;
  EXPECT_EQ(read_process_io(files, "/r"), 0u);
  files.put("/r/proc/self/io",
            "rchar: 1000\nwchar: 50\nsyscr: 7\nsyscw: 7\nread_bytes: 7\nwrite_bytes: 7\ncancelled_write_bytes: 7\n");
  EXPECT_EQ(read_process_io(files, "/r"), 1050u);
}

TEST(ProcessMemory, IsZeroWhereTheKernelDoesNotTell) {
  testing::FaultyFiles files;
  files.put("/r/proc/vmstat", "nr_free 1\npswpin 3\npswpout 9\n");
  const ProcessMemory memory = read_process_memory(files, "/r");
  EXPECT_EQ(memory.rss_anon_bytes, 0u);
  EXPECT_EQ(memory.swapped_in_bytes, 3u * 4096);
}

}  // namespace
}  // namespace surefoot::guards
