#include "testing/faulty_files.h"

#include "data/data_fixture.h"
#include "surefoot/base/atomic_file.h"

namespace surefoot::testing {
namespace {

using data::code_of;

TEST(FaultyFiles, a_power_cut_takes_what_was_not_synced) {
  FaultyFiles files;
  files.make_folder("/d");
  const auto file = files.create("/d/a");
  file->append(std::string_view("kept"));
  file->sync();
  files.sync_folder("/d");
  file->append(std::string_view(" lost"));
  files.create("/d/b")->sync();  // its name was not synced
  EXPECT_EQ(files.read("/d/a"), "kept lost");
  files.restart();
  EXPECT_EQ(files.read("/d/a"), "kept");
  EXPECT_FALSE(files.exists("/d/b"));
}

TEST(FaultyFiles, names_may_survive_without_their_bytes) {
  FaultyFiles files;
  files.make_folder("/d");
  files.create("/d/a.tmp")->append(std::string_view("never synced"));
  files.rename("/d/a.tmp", "/d/a");
  files.restart(UnsyncedNames::kKept);
  EXPECT_EQ(files.read("/d/a"), "");
}

TEST(FaultyFiles, an_atomic_write_survives_a_cut_after_every_operation) {
  for (const auto names : {UnsyncedNames::kLost, UnsyncedNames::kKept}) {
    bool done = false;
    int cuts = 0;
    for (uint64_t k = 0; !done; ++k, ++cuts) {
      FaultyFiles files;
      files.make_folder("/d");
      write_atomically(files, "/d/a", "old");
      files.cut_power_after(k);
      done = !code_of([&] { write_atomically(files, "/d/a", "new"); }).has_value();
      files.restart(names);
      const std::string content = files.read("/d/a");
      EXPECT_TRUE(content == "new" || (content == "old" && !done)) << k << content;
    }
    EXPECT_EQ(cuts, 6);  // create, append, sync, rename, sync_folder; then the one that no cut hits
  }
}

TEST(FaultyFiles, a_full_disk_and_a_read_fault_throw_as_the_real_ones_do) {
  FaultyFiles files;
  files.make_folder("/d");
  files.fail_after_bytes(3);
  const auto file = files.create("/d/a");
  EXPECT_EQ(code_of([&] { file->append(std::string_view("four")); }), ErrorCode::kDiskFull);
  EXPECT_EQ(files.read("/d/a"), "fou");
  files.fail_reads("/d/a", 1);
  EXPECT_EQ(code_of([&] { files.read("/d/a"); }), ErrorCode::kFileRead);
  EXPECT_EQ(files.read("/d/a"), "fou");
}

TEST(FaultyFiles, lists_a_folder_by_the_bytes_of_its_names) {
  FaultyFiles files;
  for (const char* name : {"/d/a/x", "/d/a-b", "/d/a0", "/d/b/c/y"}) files.put(name, "");
  std::vector<std::string> names;
  for (const auto& entry : files.list("/d")) names.push_back(entry.name);
  EXPECT_EQ(names, (std::vector<std::string>{"a", "a-b", "a0", "b"}));
}

}  // namespace
}  // namespace surefoot::testing
