// Trains a small LSTM on a text, lets it write, and saves it. The same seed gives the same letters on every machine.
//
// With a plain compiler line, or with CMake, where Unfold is installed at $PREFIX:
//
//   g++ -std=c++20 train_text.cpp -I$PREFIX/include -I/usr/include/eigen3 -L$PREFIX/lib -lunfold -pthread
//   ./a.out model.safetensors
//
//   cmake -S . -B build -DCMAKE_PREFIX_PATH=$PREFIX && cmake --build build
//   build/train_text model.safetensors
#include <cstdio>
#include <exception>
#include <fstream>
#include <string>

#include "unfold/api/session.h"

namespace {

constexpr const char* rhyme =
    "Twinkle, twinkle, little star, how I wonder what you are! "
    "Up above the world so high, like a diamond in the sky. ";

void run(const char* file) {
  std::string text;
  for (int i = 0; i < 40; ++i) text += rhyme;

  unfold::Session session(
      unfold::parse_config(R"({"layers":[{"cell":"lstm","units":48}],"sequenceLength":32,"batchSize":16,"seed":1})"),
      text);
  for (int step = 0; step < 300; ++step) {
    const unfold::StepReport report = session.trainer().step();
    if (step % 100 == 0 || step == 299)
      std::printf("step %3d  loss %.3f nats a character\n", int(report.step), report.loss);
  }

  unfold::SampleOptions options;
  options.temperature = 0.5;
  session.sample_start("Twinkle", options, 60);
  std::string written;
  while (session.sample_next(16, written)) {
  }
  std::printf("Twinkle%s\n", written.c_str());

  const std::vector<std::byte> bytes = session.save(false);  // true: with what training needs to go on
  std::ofstream out(file, std::ios::binary);
  out.write(reinterpret_cast<const char*>(bytes.data()), std::streamsize(bytes.size()));
}

}  // namespace

int main(int argc, char** argv) {
  try {
    run(argc > 1 ? argv[1] : "model.safetensors");
  } catch (const std::exception& error) {  // an unfold::Error names the field, what it expects and what it got
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
