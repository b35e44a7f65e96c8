#include "surefoot/tensor/safetensors_io.h"

#include <gtest/gtest.h>

#include <ATen/ATen.h>

#include "surefoot/base/error.h"

namespace surefoot::tensor {
namespace {

/// A file of a test, removed at its end.
class Scratch {
 public:
  Scratch()
      : path_(join_path(testing::TempDir(),
                        testing::UnitTest::GetInstance()->current_test_info()->name() + std::string(".safetensors"))) {}
  ~Scratch() { real_files().remove(path_); }
  void write(const NamedTensors& tensors, const std::map<std::string, std::string>& metadata = {}) const {
    const auto file = real_files().create(path_);
    write_safetensors(*file, tensors, metadata);
    file->close();
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

TEST(Safetensors, GiveBackEveryDtypeShapeAndLayout) {
  const Scratch file;
  NamedTensors tensors = {{"scalar", at::scalar_tensor(7, at::kLong)},
                          {"empty", at::empty({0, 3})},
                          {"filter", at::randn({4, 3, 2, 2}).contiguous(at::MemoryFormat::ChannelsLast)}};
  for (const auto type :
       {at::kDouble, at::kHalf, at::kBFloat16, at::kInt, at::kShort, at::kChar, at::kByte, at::kBool}) {
    tensors.emplace_back(c10::toString(type), at::arange(5).to(type));
  }
  file.write(tensors, {{"classes", "a\nb"}});
  const WeightsFile read = read_safetensors(real_files(), file.path());
  EXPECT_EQ(read.metadata.at("classes"), "a\nb");
  ASSERT_EQ(read.tensors.size(), tensors.size());
  for (size_t i = 0; i < tensors.size(); ++i) {
    EXPECT_EQ(read.tensors[i].first, tensors[i].first);
    EXPECT_EQ(read.tensors[i].second.scalar_type(), tensors[i].second.scalar_type());
    EXPECT_TRUE(read.tensors[i].second.equal(tensors[i].second)) << tensors[i].first;
  }
}

TEST(Safetensors, EqualTensorsAreEqualFiles) {
  const Scratch file;
  const at::Tensor filter = at::randn({4, 3, 2, 2});
  file.write({{"w", filter}}, {{"b", "2"}, {"a", "1"}});
  const std::string first = real_files().read(file.path());
  file.write({{"w", filter.contiguous(at::MemoryFormat::ChannelsLast)}}, {{"a", "1"}, {"b", "2"}});
  EXPECT_EQ(first, real_files().read(file.path()));
}

TEST(Safetensors, AFileCutShortIsRefusedByName) {
  const Scratch file;
  file.write({{"w", at::randn({100})}});
  const std::string whole = real_files().read(file.path());
  for (const size_t size : {size_t{0}, size_t{7}, size_t{30}, whole.size() - 1}) {
    real_files().truncate(file.path(), 0);
    const auto writer = real_files().create(file.path());
    writer->append(std::string_view(whole).substr(0, size));
    writer->close();
    try {
      read_safetensors(real_files(), file.path());
      ADD_FAILURE() << size << " bytes were accepted";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kWeightsFormat);
      EXPECT_NE(std::string(error.what()).find("AFileCutShort"), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace surefoot::tensor
