// The native program: unfold train | sample | evaluate | predict | bench
#include <cstdio>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

#include "unfold/api/session.h"
#include "unfold/base/parallel.h"
#include "unfold/inspect/bench.h"
#include "unfold/kernels/kernels.h"
#include "unfold/tools/describe.h"
#include "unfold/tools/options.h"
#include "unfold/tools/train.h"

namespace unfold {
namespace {

const char* usage = R"(unfold: deep recurrent networks on text, and on sequences of every kind

  unfold train    [--text FILE] [--config JSON|FILE] [--resume FILE] [--continue] [--out FILE] [--fresh]
                  [--steps N]
  unfold sample   --model FILE [--prompt TEXT] [--length N] [--temperature X] [--top-k N] [--top-p X]
                  [--greedy] [--seed N]
  unfold evaluate --model FILE [--text FILE] [--dynamic [--optimizer sgd|rms] [--rate X] [--decay X]]
  unfold predict  --model FILE --request JSON   (of a task with examples: {"input": "…"}, see core/api/session.h)
  unfold predict  --model FILE --lines FILE     (an input a line, an answer of JSON for each)
  unfold describe --config JSON|FILE [--vocabulary N] | --model FILE   (the network's graph as JSON, see core/README.md)
  unfold bench    [--only NETWORK] [--seconds X]

  --threads N     threads to use (default: one per core; results do not depend on it)
  --fast          fused multiply-add where the processor has it (results may differ in the last digits)
  --steps N       train until this step (default: while the validations get better, and then back to the best
                  weights; until step 1000 where nothing is validated)
  --fresh         write over what stands at --out
  --continue      the text of --resume may be another one: what is new in it gets weights of its own
  --dynamic       the loss of a copy that goes on learning while it reads (core/train/dynamic.h)
  --length N      symbols to write (default 500)
)";

int sample(const Options& o) {
  const auto session = open(text(o, "--model", true), "");
  const SampleOptions options{.temperature = number(o, "--temperature", 1),
                              .top_k = int(number(o, "--top-k", 0)),
                              .top_p = number(o, "--top-p", 1),
                              .greedy = !text(o, "--greedy").empty(),
                              .seed = std::uint64_t(number(o, "--seed", double(session->config().seed)))};
  const auto unknown = session->sample_start(text(o, "--prompt"), options, std::int64_t(number(o, "--length", 500)));
  for (const std::string& symbol : unknown)
    std::fprintf(stderr, "unfold: \"%s\" is not in the model's vocabulary, and was left out of --prompt\n",
                 symbol.c_str());
  std::cout << text(o, "--prompt");
  for (bool more = true; more;) {
    std::string written;
    more = session->sample_next(32, written);
    std::cout << written << std::flush;
  }
  std::cout << "\n";
  return 0;
}

/// An answer, or an error, for each line.
int predict_lines(Session& session, const std::string& lines) {
  bool failed = false;
  for (std::size_t at = 0; at < lines.size();) {
    const std::size_t end = std::min(lines.find('\n', at), lines.size());
    std::string line = lines.substr(at, end - at);
    if (line.ends_with('\r')) line.pop_back();
    at = end + 1;
    try {
      std::cout << session.predict(object({{"input", line}})).dump() << "\n";
    } catch (const Error& e) {
      failed = true;
      std::cout << object({{"error", e.what()}}).dump(-1, ' ', false, Json::error_handler_t::replace) << "\n";
    }
  }
  return failed ? 1 : 0;
}

int predict(const Options& o) {
  const auto session = open(text(o, "--model", true), "");
  if (const std::string lines = text(o, "--lines"); !lines.empty()) return predict_lines(*session, read_file(lines));
  std::cout
      << session->predict(parse_json(text(o, "--request", true), ErrorCode::invalid_argument, "--request")).dump(2)
      << "\n";
  return 0;
}

int describe(const Options& o) {
  const std::string model = text(o, "--model");
  std::string config = text(o, "--config", model.empty());
  if (!config.empty() && config[0] != '{') config = read_file(config);
  std::cout << describe_command(model.empty() ? "" : read_file(model), config, number(o, "--vocabulary", 0)) << "\n";
  return 0;
}

/// The options of a command, and whether each takes a value. Throws Error{invalid_argument} for an unknown command.
std::map<std::string, bool> options_of(const std::string& command) {
  std::map<std::string, bool> known{{"--threads", true}, {"--fast", false}};
  if (command == "train")
    known.insert({{"--text", true},
                  {"--config", true},
                  {"--resume", true},
                  {"--continue", false},
                  {"--out", true},
                  {"--fresh", false},
                  {"--steps", true}});
  else if (command == "sample")
    known.insert({{"--model", true},
                  {"--prompt", true},
                  {"--length", true},
                  {"--temperature", true},
                  {"--top-k", true},
                  {"--top-p", true},
                  {"--greedy", false},
                  {"--seed", true}});
  else if (command == "evaluate")
    known.insert({{"--model", true},
                  {"--text", true},
                  {"--dynamic", false},
                  {"--optimizer", true},
                  {"--rate", true},
                  {"--decay", true}});
  else if (command == "predict")
    known.insert({{"--model", true}, {"--request", true}, {"--lines", true}});
  else if (command == "describe")
    known.insert({{"--model", true}, {"--config", true}, {"--vocabulary", true}});
  else if (command == "bench")
    known.insert({{"--only", true}, {"--seconds", true}});
  else
    refuse_argument(command, "train, sample, evaluate, predict, describe or bench", "an unknown command");
  return known;
}

int run(int argc, char** argv) {
  const std::string command = argc > 1 ? argv[1] : "--help";
  if (command == "--help" || command == "-h") {
    std::cout << usage;
    return 0;
  }
  const Options o = parse_options(argc, argv, options_of(command));
  set_threads(int(number(o, "--threads", hardware_threads())));
  if (!text(o, "--fast").empty() && !kernels::set_fast(true))
    std::fprintf(stderr, "unfold: this processor has no fused multiply-add, --fast changes nothing\n");
  if (command == "train") return train_command(o);
  if (command == "sample") return sample(o);
  if (command == "evaluate") return evaluate_command(o);
  if (command == "predict") return predict(o);
  if (command == "describe") return describe(o);
  std::cout << benchmark({.max_threads = int(number(o, "--threads", hardware_threads())),
                          .chunk_seconds = number(o, "--seconds", 0.6),
                          .only = text(o, "--only")})
                   .dump(2)
            << "\n";
  return 0;
}

}  // namespace
}  // namespace unfold

int main(int argc, char** argv) {
  try {
    return unfold::run(argc, argv);
  } catch (const std::bad_alloc&) {
    std::fprintf(stderr, "unfold: out of memory\n");
  } catch (const std::exception& e) {
    std::fprintf(stderr, "unfold: %s\n", e.what());
  }
  return 1;
}
