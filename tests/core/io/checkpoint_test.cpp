// What a checkpoint keeps, and the container format's promises.
#include "unfold/io/checkpoint.h"

#include "io/forged.h"
#include "networks.h"

namespace unfold::test {
namespace {

// The container ---------------------------------------------------------------------------------------------------

TEST(Safetensors, RoundTrip) {
  const std::vector<float> a{1, 2, 3, 4, 5, 6}, b{7};
  TensorFile file;
  file.metadata = {{"key", "value"}, {"ünïcode \"quoted\"\n", "<b>\x01</b>"}};
  file.tensors = {
      {"a", {2, 3}, std::as_bytes(std::span(a))}, {"scalar", {}, std::as_bytes(std::span(b))}, {"none", {0, 5}, {}}};
  const Bytes bytes = write_safetensors(file);
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  EXPECT_EQ(length % 8, 0u) << "data begin aligned";
  EXPECT_EQ(bytes[8], std::byte('{'));
  const TensorFile read = read_safetensors(bytes);
  EXPECT_EQ(read.metadata, file.metadata);
  ASSERT_EQ(read.tensors.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(read.tensors[i].name, file.tensors[i].name);
    EXPECT_EQ(read.tensors[i].shape, file.tensors[i].shape);
    EXPECT_TRUE(std::ranges::equal(read.tensors[i].data, file.tensors[i].data));
  }
  EXPECT_EQ(read.find("a"), &read.tensors[0]);
  EXPECT_EQ(read.find("c"), nullptr);
  EXPECT_TRUE(same_bytes(write_safetensors(read), bytes));
}

TEST(Safetensors, AcceptsWhatTheFormatAllows) {
  const auto accepted = [](const std::string& header, int data) {
    return read_safetensors(container(header, std::string(std::size_t(data), '\0'))).tensors.size();
  };
  EXPECT_EQ(accepted("{}", 0), 0u);
  EXPECT_EQ(accepted("{}   ", 0), 0u) << "an odd length, spaces at the end";
  EXPECT_EQ(accepted(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", 4), 1u);
  EXPECT_EQ(
      accepted(
          R"({"a":{"data_offsets":[4,8],"shape":[1],"dtype":"F32"},"b":{"dtype":"F32","shape":[],"data_offsets":[0,4]}})",
          8),
      2u)
      << "any order";
  EXPECT_EQ(
      accepted(
          R"({"e":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
          4),
      2u);
}

TEST(Safetensors, HalvesBecomeTheSameFloats) {
  constexpr std::size_t count = 65536;
  std::string halves(2 * count, '\0');
  for (std::size_t bits = 0; bits < count; ++bits) {
    halves[2 * bits] = char(bits & 0xFF);
    halves[2 * bits + 1] = char(bits >> 8);
  }
  const Bytes bytes = container(R"({"one":{"dtype":"F32","shape":[1],"data_offsets":[131072,131076]},)"
                                R"("all":{"dtype":"F16","shape":[256,256],"data_offsets":[0,131072]}})",
                                halves + std::string("\0\0\x80\x3f", 4));
  const TensorFile file = read_safetensors(bytes);
  const TensorView* all = file.find("all");
  ASSERT_TRUE(all != nullptr);
  ASSERT_EQ(all->data.size(), 4 * count);
  for (std::size_t bits = 0; bits < count; ++bits) {
    const int exponent = int(bits >> 10 & 31), fraction = int(bits & 1023);
    const double sign = bits & 0x8000 ? -1 : 1;
    const double expected = exponent == 31  ? (fraction == 0 ? sign * INFINITY : NAN)
                            : exponent == 0 ? sign * std::ldexp(fraction, -24)
                                            : sign * std::ldexp(1024 + fraction, exponent - 25);
    float value;
    std::memcpy(&value, all->data.data() + 4 * bits, 4);
    ASSERT_EQ(std::isnan(value), std::isnan(expected)) << bits;
    ASSERT_EQ(std::signbit(value), std::signbit(std::isnan(expected) ? double(value) : expected)) << bits;
    if (!std::isnan(expected)) ASSERT_EQ(double(value), expected) << bits;
  }
  float one;
  std::memcpy(&one, file.find("one")->data.data(), 4);
  EXPECT_EQ(one, 1.0f) << "beside it, 32 bits as they were";
}

// The length of the header comes first: of 640 bytes it is 80 02, as a pickle begins, of 35 615 as a gzip file does.
TEST(Safetensors, ALengthIsNotTakenForAnotherFormat) {
  for (const std::size_t length : {640u, 896u, 1152u, 35615u}) {
    std::string header = R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})";
    header.resize(length, ' ');
    EXPECT_EQ(read_safetensors(container(header, "1234")).tensors.size(), 1u) << length;
  }
}

TEST(Safetensors, NamesWhatAFileLooksLike) {
  const std::pair<const char*, const char*> kinds[]{{"picture", "PNG"},   {"zip", "zip"},       {"gzip bomb", "gzip"},
                                                    {"pickle", "pickle"}, {"404 page", "HTML"}, {"LFS pointer", "LFS"}};
  for (const NamedFile& file : bad_containers())
    for (const auto& [name, word] : kinds)
      if (file.name == name) {
        const auto error = error_of([&] { read_safetensors(file.bytes); });
        ASSERT_TRUE(error);
        EXPECT_NE(error->actual.find(word), std::string::npos) << name << ": " << error->what();
      }
}

// Checkpoints -------------------------------------------------------------------------------------------------------

class Checkpoints : public testing::TestWithParam<NetworkCase> {
 protected:
  Checkpoints() : session_(parse_config(config_of(GetParam(), R"("sequenceLength":5,"batchSize":2)")), text_) {
    for (int i = 0; i < 4; ++i) session_.trainer().step();
  }
  std::string text_ = letters(200, 7);
  Session session_;
};

TEST_P(Checkpoints, RoundTripIsExact) {
  const Bytes bytes = session_.save(true);
  Session opened(bytes, text_);
  EXPECT_TRUE(same_bits(all_parameters(opened.network()), all_parameters(session_.network())));
  EXPECT_TRUE(same_bytes(opened.save(true), bytes));
  EXPECT_TRUE(same_bytes(session_.save(true), bytes)) << "saving changes nothing";
  EXPECT_EQ(opened.info(), session_.info());
}

TEST_P(Checkpoints, WithoutTrainingIsSmallerAndSamplesTheSame) {
  const Bytes full = session_.save(true), small = session_.save(false);
  EXPECT_LT(small.size(), full.size());
  Session from_full(full, ""), from_small(small, "");
  EXPECT_FALSE(from_small.can_train());
  EXPECT_TRUE(refuses(ErrorCode::invalid_state, "text", [&] { from_small.trainer(); }));
  EXPECT_TRUE(same_bits(all_parameters(from_small.network()), all_parameters(session_.network())));
  const auto sample = [](Session& s) {
    std::string written;
    s.sample_start("abc", {.seed = 3}, 50);
    s.sample_next(50, written);
    return written;
  };
  const std::string expected = sample(session_);
  EXPECT_EQ(expected.size(), 50u);
  EXPECT_EQ(sample(from_full), expected);
  EXPECT_EQ(sample(from_small), expected);
}

TEST_P(Checkpoints, WeightsAloneStartTrainingAfresh) {
  Session opened(session_.save(false), letters(300, 7, 2));  // any text will do
  EXPECT_EQ(opened.trainer().progress().step, 0);
  EXPECT_TRUE(std::isfinite(opened.trainer().step().loss));
}

TEST_P(Checkpoints, TrainingGoesOnWithItsOwnTextOnly) {
  const Bytes bytes = session_.save(true);
  std::string other = text_;
  other[100] = other[100] == 'a' ? 'b' : 'a';
  EXPECT_TRUE(refuses(ErrorCode::invalid_text, "text", [&] { Session(bytes, other); }));
  EXPECT_TRUE(refuses(ErrorCode::invalid_text, "text", [&] { Session(bytes, text_ + "a"); }));
  EXPECT_TRUE(refuses(ErrorCode::invalid_text, "text", [&] { Session(bytes, "abc"); }));
}

TEST_P(Checkpoints, TellsStepsWithoutItsText) {
  Session opened(session_.save(true), "");
  EXPECT_EQ(opened.info()["step"], 4);
  EXPECT_FALSE(opened.info()["canTrain"].get<bool>());
}

INSTANTIATE_TEST_SUITE_P(All, Checkpoints, testing::ValuesIn(networks()),
                         [](const auto& info) { return info.param.name; });

TEST(Checkpoint, IsASafetensorsFileAnyoneCanRead) {
  const TensorFile file = read_safetensors(good_checkpoint());
  EXPECT_EQ(file.metadata.at("format"), "unfold");
  const TensorView* weight = file.find("layers.0.weight_ih");
  ASSERT_TRUE(weight);
  EXPECT_EQ(weight->shape, (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(file.find("readout.bias")->shape, (std::vector<std::int64_t>{3}));
  EXPECT_EQ(parse_config(file.metadata.at("config")).layers[0].units, 2);
}

TEST(Checkpoint, KeepsBytesAndUnknowns) {
  std::string text;
  for (int i = 0; i < 300; ++i) text.push_back(char(i * 37));
  const Config config = parse_config(
      R"({"unit":"byte","vocabulary":40,"layers":[{"cell":"rnn","units":3}],"sequenceLength":5,"batchSize":2})");
  Session session(config, text);
  session.trainer().step();
  Session opened(session.save(true), text);
  EXPECT_EQ(opened.vocabulary().symbols(), session.vocabulary().symbols());
  EXPECT_TRUE(opened.vocabulary().has_unknown());
  EXPECT_EQ(opened.info(), session.info());
  EXPECT_EQ(opened.trainer().step().loss, session.trainer().step().loss);
}

TEST(Checkpoint, DenormalWeightsWork) {
  Bytes bytes = forged([](Forge& f) {
    for (Forge::Tensor& t : f.tensors)
      for (std::size_t i = 0; i + 4 <= t.data.size(); i += 4) {
        const float denormal = 1e-42f;
        std::memcpy(t.data.data() + i, &denormal, 4);
      }
  });
  Session session(bytes, good_text());
  for (int i = 0; i < 5; ++i) EXPECT_NEAR(session.trainer().step().loss, std::log(3.0), 0.05);
}

// Weights that are not finite would make a file that cannot be opened: saving has to say so.
TEST(Checkpoint, NonFiniteWeightsAreNotSaved) {
  Session session(good_checkpoint(), good_text());
  all_parameters(session.network())[3] = std::numeric_limits<Real>::infinity();
  EXPECT_TRUE(refuses(ErrorCode::non_finite, "", [&] { session.save(false); }));
}

TEST(Checkpoint, NonFiniteMomentsAreNotSavedEither) {
  Session session(good_checkpoint(), good_text());
  session.trainer().optimizer().moments()[0].data()[3] = std::numeric_limits<Real>::infinity();
  EXPECT_TRUE(refuses(ErrorCode::non_finite, "", [&] { session.save(true); }));
  EXPECT_NO_THROW(Session(session.save(false), ""));
}

}  // namespace
}  // namespace unfold::test
