#include "surefoot/runs/safetensors.h"

#include <gtest/gtest.h>

#include "runs/python.h"
#include "surefoot/base/error.h"
#include "surefoot/base/files.h"
#include "testing/temporary_folder.h"

namespace surefoot::runs {
namespace {

std::string file_of(const std::string& json, size_t data_bytes = 0) {
  std::string out(8, '\0');
  for (size_t i = 0; i < 8; ++i) out[i] = static_cast<char>(json.size() >> (8 * i) & 255);
  return out + json + std::string(data_bytes, '\0');
}

std::string refusal(const std::string& bytes) {
  try {
    parse_safetensors(bytes, bytes.size());
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kWeightsFormat);
    return error.why();
  }
  return "";
}

const std::vector<TensorEntry> kEntries = {
    {"conv.weight", "F32", {2, 3}}, {"scalar", "I64", {}}, {"none", "U8", {0, 4}}, {"half", "BF16", {5}}};

TEST(Safetensors, ReadsWhatItWrites) {
  const std::string header = write_safetensors_header(kEntries, {{"surefoot", "{\"a\": 1}"}});
  EXPECT_EQ(header.size() % 8, 0u);
  const SafetensorsHeader back = parse_safetensors(header, header.size() + 24 + 8 + 0 + 10);
  EXPECT_EQ(back.metadata, (std::map<std::string, std::string>{{"surefoot", "{\"a\": 1}"}}));
  EXPECT_EQ(back.data_offset, header.size());
  ASSERT_EQ(back.tensors.size(), 4u);
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(back.tensors[i].name, kEntries[i].name);
    EXPECT_EQ(back.tensors[i].dtype, kEntries[i].dtype);
    EXPECT_EQ(back.tensors[i].shape, kEntries[i].shape);
  }
  EXPECT_EQ(back.tensors[3].begin, 32u);
  EXPECT_EQ(back.tensors[3].end, 42u);
}

TEST(Safetensors, WritesEqualBytesForEqualContent) {
  EXPECT_EQ(write_safetensors_header(kEntries, {{"b", "2"}, {"a", "1"}}),
            write_safetensors_header(kEntries, {{"a", "1"}, {"b", "2"}}));
}

TEST(Safetensors, RefusesEveryBreachOfTheFormat) {
  const std::string a = R"("a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]})";
  EXPECT_EQ(refusal(file_of("{" + a + "}", 8)), "");
  EXPECT_NE(refusal(""), "");
  EXPECT_NE(refusal("1234567"), "");
  EXPECT_NE(refusal(file_of("{" + a + "}", 8).substr(0, 30)), "") << "cut header";
  EXPECT_NE(refusal(file_of("{" + a + "}", 7)), "") << "cut data";
  EXPECT_NE(refusal(file_of("{" + a + "}", 9)), "") << "surplus data";
  EXPECT_NE(refusal(std::string(8, '\xff') + "{}"), "") << "length overflows";
  EXPECT_NE(refusal(file_of(" {" + a + "}", 8)), "") << "does not begin with {";
  EXPECT_NE(refusal(file_of("{" + a + "} x", 8)), "") << "text behind the header";
  EXPECT_NE(refusal(file_of("{" + a + "," + a + "}", 8)), "") << "duplicate name";
  EXPECT_NE(refusal(file_of(R"({"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}})", 8)), "")
      << "duplicate field";
  EXPECT_NE(refusal(file_of("{" + a + R"(,"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", 8)), "")
      << "overlap";
  EXPECT_NE(refusal(file_of("{" + a + R"(,"b":{"dtype":"F32","shape":[1],"data_offsets":[12,16]}})", 16)), "")
      << "hole";
  EXPECT_NE(refusal(file_of(R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})", 8)), "") << "size disagrees";
  EXPECT_NE(refusal(file_of(R"({"a":{"dtype":"F99","shape":[2],"data_offsets":[0,8]}})", 8)), "") << "dtype";
  EXPECT_NE(refusal(file_of(R"({"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})", 8)), "") << "negative";
  EXPECT_NE(refusal(file_of(R"({"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}})", 8)), "") << "real";
  EXPECT_NE(refusal(file_of(R"({"a":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]}})")), "")
      << "overflow";
  EXPECT_NE(refusal(file_of(R"({"a":{"dtype":"U8","shape":[9223372036854775808,2],"data_offsets":[0,0]}})")), "")
      << "overflow";
  EXPECT_NE(refusal(file_of(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})", 8)), "") << "backwards";
  EXPECT_NE(refusal(file_of(R"({"a":{"dtype":"F32","shape":[2]}})", 8)), "") << "field missing";
  EXPECT_NE(refusal(file_of(R"({"a":7})")), "");
  EXPECT_NE(refusal(file_of(R"({"a":{"dtype":"U8","shape":{"x":1},"data_offsets":[0,1]}})", 1)), "")
      << "shape is an object";
  EXPECT_NE(refusal(file_of(R"({"__metadata__":{"k":7}})")), "") << "metadata must be text";
  EXPECT_NE(refusal(file_of("{\"a\":" + std::string(100000, '[') + "}")), "") << "depth";
  EXPECT_NE(refusal(file_of("{\"\xff\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8)), "")
      << "name is not UTF-8";
}

TEST(Safetensors, RefusesEveryPrefixOfAFile) {
  const std::string whole = write_safetensors_header(kEntries, {{"k", "v"}}) + std::string(42, 'x');
  for (size_t n = 0; n < whole.size(); ++n) EXPECT_NE(refusal(whole.substr(0, n)), "") << n;
}

TEST(Safetensors, IsReadByThePythonPackageAndReadsItsFiles) {
  const testing::TemporaryFolder folder;
  std::string bytes = write_safetensors_header(
      std::vector<TensorEntry>{{"w", "F32", {2}}, {"n", "U8", {3}}, {"s", "I64", {}}}, {{"key", "value"}});
  bytes += std::string("\0\0\x80\x3f\0\0\0\x40", 8) + std::string("\1\2\3", 3) + std::string("\x05\0\0\0\0\0\0\0", 8);
  real_files().create(folder.path("ours.safetensors"))->append(bytes);
  const auto result = testing::run_python("check_safetensors.py", folder.path());
  if (!result || result->status == 77) GTEST_SKIP() << "SUREFOOT_TEST_PYTHON is not set or has no safetensors";
  EXPECT_EQ(result->output, "[('key', 'value')]\nn uint8 [3] [1, 2, 3]\ns int64 [] [5]\nw float32 [2] [1.0, 2.0]\n");
  const std::string theirs = real_files().read(folder.path("theirs.safetensors"));
  const SafetensorsHeader header = parse_safetensors(theirs, theirs.size());
  EXPECT_EQ(header.tensors.size(), 3u);
  EXPECT_EQ(header.metadata.at("k"), "v");
}

}  // namespace
}  // namespace surefoot::runs
