// Files that must be refused: with one typed error, whatever they are, and without harm to what comes next.
#include <chrono>

#include "io/forged.h"
#include "unfold/base/rng.h"
#include "unfold/io/checkpoint.h"

namespace unfold::test {
namespace {

bool is_typed(const Error& e) {
  return e.code == ErrorCode::invalid_checkpoint || e.code == ErrorCode::invalid_config ||
         e.code == ErrorCode::invalid_text || e.code == ErrorCode::out_of_memory;
}

void expect_good_one_opens() {
  Session session(good_checkpoint(), good_text());
  EXPECT_TRUE(std::isfinite(session.trainer().step().loss));
}

TEST(Hostile, ContainersAreRefused) {
  for (const NamedFile& file : bad_containers()) {
    EXPECT_TRUE(refuses(ErrorCode::invalid_checkpoint, "", [&] { read_safetensors(file.bytes); })) << file.name;
    EXPECT_TRUE(refuses(ErrorCode::invalid_checkpoint, "", [&] { Session(file.bytes, good_text()); })) << file.name;
  }
  expect_good_one_opens();
}

TEST(Hostile, CheckpointsAreRefused) {
  EXPECT_NO_THROW(Session(forged([](Forge&) {}), good_text())) << "forging itself does no harm";
  for (const NamedFile& file : bad_checkpoints()) {
    std::optional<Error> error;
    EXPECT_NO_THROW(error = error_of([&] { Session(file.bytes, good_text()); })) << file.name << ": not our error";
    ASSERT_TRUE(error) << file.name << ": accepted";
    EXPECT_TRUE(is_typed(*error)) << file.name << ": " << error->what();
    EXPECT_NE(error->field, "checksum") << file.name << ": the forgery failed";
  }
  expect_good_one_opens();
}

TEST(Hostile, AFileCutAnywhereIsRefused) {
  const Bytes& good = good_checkpoint();
  for (std::size_t length = 0; length < good.size(); ++length)
    ASSERT_TRUE(
        refuses(ErrorCode::invalid_checkpoint, "", [&] { Session(std::span(good).first(length), good_text()); }))
        << length << " of " << good.size();
  Bytes longer = good;
  longer.push_back(std::byte(0));
  EXPECT_TRUE(refuses(ErrorCode::invalid_checkpoint, "", [&] { Session(longer, good_text()); }));
}

TEST(Hostile, AnyFlippedBitIsRefused) {
  Bytes bytes = good_checkpoint();
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const auto flip = std::byte(1 << at % 8);
    bytes[at] ^= flip;
    const auto error = error_of([&] { Session(bytes, good_text()); });
    ASSERT_TRUE(error) << "bit " << at % 8 << " of byte " << at << " went unnoticed, behind "
                       << std::string(reinterpret_cast<const char*>(&bytes[at - std::min<std::size_t>(at, 20)]), 20);
    ASSERT_TRUE(is_typed(*error)) << error->what();
    bytes[at] ^= flip;
  }
}

/// Random changes: a few bytes replaced, removed or doubled.
template <class Text>
void mutate(Text& text, Rng& rng) {
  using Byte = typename Text::value_type;
  const auto somewhere = [&] { return std::ptrdiff_t(rng.uniform() * double(text.size())); };
  for (int changes = 1 + int(rng.uniform() * 3); changes > 0 && !text.empty(); --changes) {
    const std::ptrdiff_t at = somewhere();
    const double kind = rng.uniform();
    if (kind < 0.4)
      text[std::size_t(at)] = Byte(rng.word() & 127);
    else if (kind < 0.7)
      text.erase(text.begin() + at, std::min(text.end(), text.begin() + at + 1 + std::ptrdiff_t(rng.uniform() * 6)));
    else
      text.insert(text.begin() + at, text[std::size_t(somewhere())]);
  }
}

// Inserting into an object of the JSON library is linear in its size: a file of 300 000 keys would take minutes.
TEST(Hostile, ManyKeysAreRefusedSoon) {
  std::string many = "{";
  for (int i = 0; i < 290000; ++i) many += "\"" + std::to_string(i) + "\":0,";
  many += "\"x\":0}";
  const auto began = std::chrono::steady_clock::now();
  EXPECT_TRUE(refuses(ErrorCode::invalid_config, "configuration", [&] { parse_config(many); }));
  EXPECT_TRUE(refuses(ErrorCode::invalid_checkpoint, "header", [&] { read_safetensors(container(many)); }));
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(20));
}

// Whatever happens, it is our error or a session that works.
void open(const Bytes& bytes, int round) {
  std::optional<Error> error;
  EXPECT_NO_THROW(error = error_of([&] {
                    Session session(bytes, good_text());
                    session.trainer().step();
                    std::string text;
                    session.sample_start("a", {}, 3);
                    session.sample_next(3, text);
                  }))
      << "round " << round;
}

TEST(Hostile, RandomBytesNeverCrash) {
  Rng rng(1, Stream::test);
  for (int round = 0; round < 2000; ++round) {
    Bytes bytes = good_checkpoint();
    mutate(bytes, rng);
    open(bytes, round);
  }
}

TEST(Hostile, RandomMetadataWithARightChecksumNeverCrashes) {
  Rng rng(2, Stream::test);
  for (int round = 0; round < 1000; ++round) {
    const char* key = round % 3 == 0 ? "vocabulary" : "progress";
    open(forged([&](Forge& f) { mutate(f.metadata.at(key), rng); }), round);
  }
}

TEST(Hostile, RandomJsonNeverCrashes) {
  const std::string good = R"({"layers":[{"cell":"rnn","units":7,"edges":[{"from":"input"},{"from":"self","hidden":[5],
      "join":"all"}],"leak":{"from":0.1},"clock":[1,2]}],"readout":[{"from":0}],"optimizer":{"name":"adam","beta1":0.5},
      "schedule":"step","clip":{"norm":1},"sequenceLength":7,"seed":3})";
  Rng rng(3, Stream::test);
  for (int round = 0; round < 3000; ++round) {
    std::string text = good;
    mutate(text, rng);
    std::optional<Error> error;
    EXPECT_NO_THROW(error = error_of([&] { to_json(parse_config(text)); })) << text;
    if (error) EXPECT_EQ(error->code, ErrorCode::invalid_config);
  }
}

}  // namespace
}  // namespace unfold::test
