// The native program: unfold train | sample | evaluate | predict | bench
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>

#include "unfold/api/session.h"
#include "unfold/base/parallel.h"
#include "unfold/inspect/bench.h"
#include "unfold/kernels/kernels.h"
#include "unfold/tools/describe.h"

namespace unfold {
namespace {

const char* usage = R"(unfold: deep recurrent networks on text, and on sequences of every kind

  unfold train    [--text FILE] [--config JSON|FILE] [--resume FILE] [--continue] [--out FILE] [--steps N]
  unfold sample   --model FILE [--prompt TEXT] [--length N] [--temperature X] [--top-k N] [--top-p X]
                  [--greedy] [--seed N]
  unfold evaluate --model FILE [--text FILE]
  unfold predict  --model FILE --request JSON   (of a task with examples: {"input": "…"}, see core/api/session.h)
  unfold predict  --model FILE --lines FILE     (an input a line, an answer of JSON for each)
  unfold describe --config JSON|FILE [--vocabulary N] | --model FILE   (the network's graph as JSON, see core/README.md)
  unfold bench    [--only NETWORK] [--seconds X]

  --threads N     threads to use (default: one per core; results do not depend on it)
  --fast          fused multiply-add where the processor has it (results may differ in the last digits)
  --steps N       train until this step (default: while the validations get better, and then back to the best
                  weights; until step 1000 where nothing is validated)
  --continue      the text of --resume may be another one: what is new in it gets weights of its own
  --length N      symbols to write (default 500)
)";

using Options = std::map<std::string, std::string>;

Options parse_options(int argc, char** argv, const std::map<std::string, bool>& known) {
  Options options;
  for (int i = 2; i < argc; ++i) {
    const auto at = known.find(argv[i]);
    if (at == known.end()) refuse_argument(argv[i], "an option of this command (see unfold --help)", "an unknown one");
    if (at->second && i + 1 == argc) refuse_argument(argv[i], "a value", "nothing");
    options[at->first] = at->second ? argv[++i] : "yes";
  }
  return options;
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) refuse_argument(path, "a readable file", std::strerror(errno));
  return {std::istreambuf_iterator<char>(in), {}};
}

double number(const Options& o, const std::string& name, double otherwise) {
  const auto at = o.find(name);
  if (at == o.end()) return otherwise;
  char* end = nullptr;
  const double x = std::strtod(at->second.c_str(), &end);
  if (at->second.empty() || *end) refuse_argument(name, "a number", at->second);
  return x;
}

std::string text(const Options& o, const std::string& name, bool required = false) {
  const auto at = o.find(name);
  if (at == o.end() && required) refuse_argument(name, "a value", "nothing");
  return at == o.end() ? "" : at->second;
}

void write_file(const std::string& path, std::span<const std::byte> bytes) {
  const std::string part = path + ".part";
  std::ofstream out(part, std::ios::binary);
  out.write(reinterpret_cast<const char*>(bytes.data()), std::streamsize(bytes.size()));
  out.close();
  if (!out || std::rename(part.c_str(), path.c_str()) != 0)
    refuse_argument(path, "a writable file", std::strerror(errno));
}

std::unique_ptr<Session> open(const std::string& path, const std::string& corpus, bool extend = false) {
  const std::string bytes = read_file(path);
  return std::make_unique<Session>(std::as_bytes(std::span(bytes)), corpus, extend);
}

using Clock = std::chrono::steady_clock;
double since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// Precision, recall and F1 of each label.
void print_labels(const Confusion& confusion, const std::vector<std::string>& names) {
  if (confusion.labels == 0) return;
  const auto share = [](const Json& x) { return x.is_number() ? x.get<double>() : std::nan(""); };
  const Json json = confusion_json(confusion, names);
  for (const Json& one : json["labels"])
    std::printf("  precision %5.3f  recall %5.3f  F1 %5.3f  %6lld  %s\n", share(one["precision"]), share(one["recall"]),
                share(one["f1"]), static_cast<long long>(one["count"].get<std::int64_t>()),
                one["name"].get<std::string>().c_str());
  std::printf("  macro F1 %.3f, calibration error %.3f\n", share(json["macroF1"]),
              json["calibration"]["error"].get<double>());
}

/// Loss and accuracy on each split of a task, and the loss of the trivial baseline.
void print_splits(Session& session) {
  const Json data = session.info()["data"];
  for (const auto& [name, split] : {std::pair{"validation", Split::validation}, {"test", Split::test}}) {
    if (data[name].get<Index>() == 0) continue;
    const Evaluation e = session.trainer().evaluate(split);
    std::printf("%s loss %.6f", name, e.loss);
    if (e.accuracy >= 0) std::printf(", accuracy %.3f %%", 100 * e.accuracy);
    std::printf(", over %lld predictions\n", static_cast<long long>(e.predictions));
    print_labels(e.confusion, session.names().targets);
  }
  std::printf("trivial baseline %.6f\n", data["trivialLoss"].get<double>());
}

/// A new model, or one that goes on.
std::unique_ptr<Session> session_to_train(const Options& o, const std::string& corpus) {
  if (const std::string resume = text(o, "--resume"); !resume.empty())
    return open(resume, corpus, !text(o, "--continue").empty());
  std::string config = text(o, "--config");
  if (config.empty()) config = "{}";
  if (config[0] != '{') config = read_file(config);
  return std::make_unique<Session>(parse_config(config), corpus);
}

const char* unit_of(const Session& session) { return session.config().task.learns_text() ? "characters" : "examples"; }

/// Trains until a step, or while the validations get better, with a line of figures on stderr; returns the seconds that
/// the steps took.
double run_steps(Session& session, std::int64_t until, bool endless) {
  Trainer& trainer = session.trainer();
  const Config& c = session.config();
  const double per_step = c.batch_size * (c.task.learns_text() ? c.sequence_length : 1);
  double smooth = 0, seconds = 0, printed = 0, validation = trainer.progress().validation_loss, accuracy = -1;
  std::int64_t done = 0;
  while (trainer.progress().step < until && !trainer.stops_early(endless)) {
    const auto start = Clock::now();
    const StepReport r = trainer.step();
    seconds += since(start);
    ++done;
    smooth = done == 1 ? r.loss : 0.98 * smooth + 0.02 * r.loss;
    const bool due = trainer.evaluation_due();
    if (due) {
      const Evaluation e = trainer.evaluate();
      validation = e.loss;
      accuracy = e.accuracy;
    }
    if (!due && seconds - printed <= 0.5 && r.step != until) continue;
    printed = seconds;
    const double rate = double(done) / seconds;
    std::fprintf(stderr, "\rstep %lld  loss %.4f  validation %s%s  %.0f %s/s", static_cast<long long>(r.step), smooth,
                 validation < 0 ? "–" : std::to_string(validation).c_str(),
                 accuracy < 0 ? "" : ("  accuracy " + std::to_string(100 * accuracy) + " %").c_str(), rate * per_step,
                 unit_of(session));
    if (!endless) std::fprintf(stderr, "  %.0f s left", double(until - r.step) / rate);
    std::fprintf(stderr, "   %s", due ? "\n" : "");
  }
  std::fprintf(stderr, "\n");
  if (trainer.patience(endless) > 0 && trainer.restore_best())
    std::fprintf(stderr, "the weights are those of step %lld, validation %.6f\n",
                 static_cast<long long>(trainer.best().step), trainer.best().loss);
  return seconds;
}

/// Baselines and the loss on the validation text.
void print_text_losses(Session& session, double seconds) {
  Trainer& trainer = session.trainer();
  if (trainer.validation_tokens() <= 1) return;
  const double loss = trainer.evaluate().loss;
  const Json baselines = session.baselines(5);
  std::printf("baselines: uniform %.4f", baselines["uniform"].get<double>());
  for (std::size_t k = 0; k < baselines["markov"].size(); ++k)
    std::printf("  order-%zu %.4f", k, baselines["markov"][k].get<double>());
  std::printf(" nats\nvalidation %.6f nats, %.6f bits per character, after %lld steps, %.1f s\n", loss,
              loss / numeric::ln2, static_cast<long long>(trainer.progress().step), seconds);
}

/// What became of the data.
void print_notes(const Json& info) {
  const Json& vocabulary = info["vocabulary"];
  std::string added;
  for (const Json& symbol : vocabulary["added"]) added += " " + symbol.dump();
  if (!added.empty()) std::fprintf(stderr, "new, with weights of their own:%s\n", added.substr(0, 200).c_str());
  const double unknown = vocabulary["unknown"].get<double>(),
               all = info["tokens"]["train"].get<double>() + info["tokens"]["validation"].get<double>();
  if (unknown > 0 && !info.contains("data"))
    std::fprintf(stderr, "%.0f characters (%.2g %%) are outside the vocabulary (\"vocabulary\"), and learned as one\n",
                 unknown, 100 * unknown / all);
  if (info.contains("data"))
    for (const Json& note : info["data"]["notes"]) std::fprintf(stderr, "%s\n", note.get<std::string>().c_str());
}

int train(const Options& o) {
  const std::string file = text(o, "--text"), corpus = file.empty() ? "" : read_file(file), out = text(o, "--out");
  const std::unique_ptr<Session> session = session_to_train(o, corpus);
  Trainer& trainer = session->trainer();
  std::fprintf(stderr, "%td parameters, %td symbols, %td + %td %s, %d threads, %s\n", session->network().table().size(),
               session->network().symbols(), trainer.train_tokens(), trainer.validation_tokens(), unit_of(*session),
               threads(), kernels::active().name);
  print_notes(session->info());
  const bool endless = text(o, "--steps").empty() && session->info()["stopsEarly"] == true;
  const double until = endless ? 1e15 : number(o, "--steps", 1000);
  const double seconds = run_steps(*session, std::int64_t(until), endless);
  if (session->config().task.learns_text()) {
    print_text_losses(*session, seconds);
  } else {
    print_splits(*session);
    std::printf("after %lld steps, %.1f s\n", static_cast<long long>(trainer.progress().step), seconds);
  }
  if (!out.empty()) write_file(out, session->save(true));
  return 0;
}

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

int evaluate(const Options& o) {
  const std::string file = text(o, "--text");
  const auto session = open(text(o, "--model", true), file.empty() ? "" : read_file(file));
  if (!session->config().task.learns_text()) {
    session->trainer();  // refuses if there are no examples
    print_splits(*session);
    return 0;
  }
  const Evaluation e = session->trainer().evaluate();
  std::printf("%.6f nats, %.6f bits per character, over %lld predictions\n", e.loss, e.loss / numeric::ln2,
              static_cast<long long>(e.predictions));
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

int run(int argc, char** argv) {
  const std::string command = argc > 1 ? argv[1] : "--help";
  if (command == "--help" || command == "-h") {
    std::cout << usage;
    return 0;
  }
  std::map<std::string, bool> known{{"--threads", true}, {"--fast", false}};
  if (command == "train")
    known.insert({{"--text", true},
                  {"--config", true},
                  {"--resume", true},
                  {"--continue", false},
                  {"--out", true},
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
    known.insert({{"--model", true}, {"--text", true}});
  else if (command == "predict")
    known.insert({{"--model", true}, {"--request", true}, {"--lines", true}});
  else if (command == "describe")
    known.insert({{"--model", true}, {"--config", true}, {"--vocabulary", true}});
  else if (command == "bench")
    known.insert({{"--only", true}, {"--seconds", true}});
  else
    refuse_argument(command, "train, sample, evaluate, predict, describe or bench", "an unknown command");
  const Options o = parse_options(argc, argv, known);
  set_threads(int(number(o, "--threads", hardware_threads())));
  if (!text(o, "--fast").empty() && !kernels::set_fast(true))
    std::fprintf(stderr, "unfold: this processor has no fused multiply-add, --fast changes nothing\n");
  if (command == "train") return train(o);
  if (command == "sample") return sample(o);
  if (command == "evaluate") return evaluate(o);
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
