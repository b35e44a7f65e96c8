#include <algorithm>

#include "surefoot/base/atomic_file.h"
#include "surefoot/base/hash.h"
#include "surefoot/data/manifest_file.h"
#include "surefoot/data/manifest_layout.h"

namespace surefoot::data {
namespace {

/// Collects small pieces into large writes and hashes what goes by.
class BodyWriter {
 public:
  explicit BodyWriter(WritableFile* file) : file_(file) {}
  void add(const void* bytes, size_t count) {
    buffer_.append(static_cast<const char*>(bytes), count);
    if (buffer_.size() >= kRoom) flush();
  }
  void add(std::string_view text) { add(text.data(), text.size()); }
  void flush() {
    hash_.add(std::string_view(buffer_));
    if (file_ != nullptr) file_->append(std::string_view(buffer_));
    buffer_.clear();
  }
  std::string hex() const { return hash_.hex(); }

 private:
  static constexpr size_t kRoom = size_t{1} << 18;
  WritableFile* file_;
  Hasher hash_;
  std::string buffer_;
};

template <typename Visit>
void each_row(const PictureTable& table, const Visit& visit) {
  for (const Split split : {Split::kTrain, Split::kValidation}) {
    for (const PictureTable::Row& row : table.rows) {
      if (row.split() == split) visit(row);
    }
  }
}

std::string fingerprint(const PictureTable& table) {
  Hasher hash;
  hash.add_number(table.classes().size());
  for (const std::string& name : table.classes()) hash.add_field(name);
  each_row(table, [&](const PictureTable::Row& row) {
    hash.add_field(row.path());
    hash.add_number(uint64_t{row.label} << 1 | row.validation);
    hash.add_number(row.size_bytes);
  });
  return hash.hex();
}

void write_body(BodyWriter& body, const std::string& root, const PictureTable& table) {
  uint64_t offset = 0;
  each_row(table, [&](const PictureTable::Row& row) {
    const ManifestRecord record{offset, row.size_bytes, row.path_length, static_cast<int32_t>(row.label)};
    body.add(&record, sizeof record);
    offset += row.path_length;
  });
  for (const std::string& name : table.classes()) {
    const auto length = static_cast<uint32_t>(name.size());
    body.add(&length, sizeof length);
    body.add(name);
  }
  body.add(root);
  each_row(table, [&](const PictureTable::Row& row) { body.add(row.path()); });
  body.flush();
}

}  // namespace

void write_manifest(Files& files,
                    const std::string& manifest_file,
                    const std::string& root,
                    const PictureTable& table,
                    bool split_was_made) {
  ManifestHeader header{};
  header.pictures = table.rows.size();
  header.root_bytes = root.size();
  header.classes = table.classes().size();
  header.split_was_made = split_was_made ? 1 : 0;
  for (const std::string& name : table.classes()) header.class_bytes += sizeof(uint32_t) + name.size();
  for (const PictureTable::Row& row : table.rows) {
    header.path_bytes += row.path_length;
    header.training_pictures += row.validation ? 0 : 1;
  }
  copy_hex(fingerprint(table), header.fingerprint);
  // The header comes first and holds the body's checksum: the body is produced twice, which is cheaper than keeping it.
  BodyWriter rehearsal(nullptr);
  write_body(rehearsal, root, table);
  copy_hex(rehearsal.hex(), header.body_checksum);
  header.header_checksum = header_checksum(header);
  write_atomically(files, manifest_file, [&](WritableFile& file) {
    file.append(std::string_view(reinterpret_cast<const char*>(&header), sizeof header));
    BodyWriter body(&file);
    write_body(body, root, table);
  });
}

}  // namespace surefoot::data
