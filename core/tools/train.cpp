#include "unfold/tools/train.h"

#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "unfold/base/numeric.h"
#include "unfold/base/parallel.h"
#include "unfold/kernels/kernels.h"

namespace unfold {
namespace {

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

/// A new model, or one that goes on. What stands at --out is not written over unasked.
std::unique_ptr<Session> session_to_train(const Options& o, const std::string& corpus) {
  const std::string resume = text(o, "--resume"), out = text(o, "--out");
  if (!out.empty() && resume.empty() && text(o, "--fresh").empty() && std::filesystem::is_regular_file(out))
    refuse_argument("--out", "a new file (--resume " + out + " goes on with it, --fresh writes over it)",
                    out + ", which is there already");
  if (!resume.empty()) return open(resume, corpus, !text(o, "--continue").empty());
  std::string config = text(o, "--config");
  if (config.empty()) config = "{}";
  if (config[0] != '{') config = read_file(config);
  return std::make_unique<Session>(parse_config(config), corpus);
}

const char* unit_of(const Session& session) {
  if (!session.config().task.learns_text()) return "examples";
  return session.config().unit == Unit::character ? "characters" : "tokens";
}

/// A whole step, or nothing where a signal comes before its end.
std::optional<StepReport> step(Trainer& trainer) {
  while (!caught_signal())
    if (const std::optional<StepReport> report = trainer.advance()) return report;
  trainer.drop_step();
  return std::nullopt;
}

/// The same of a validation.
std::optional<Evaluation> validate(Trainer& trainer) {
  while (!caught_signal())
    if (const std::optional<Evaluation> e = trainer.advance_evaluation(); e && e->done) return e;
  trainer.cancel_evaluation();
  return std::nullopt;
}

/// Trains until a step, or while the validations get better, with a line of figures on stderr; returns the seconds that
/// the steps took. A signal ends it at once.
double run_steps(Session& session, std::int64_t until, bool endless) {
  Trainer& trainer = session.trainer();
  const Config& c = session.config();
  const double per_step = c.batch_size * (c.task.learns_text() ? c.sequence_length : 1);
  double smooth = 0, seconds = 0, printed = 0, validation = trainer.progress().validation_loss, accuracy = -1;
  std::int64_t done = 0;
  while (trainer.progress().step < until && !trainer.stops_early(endless)) {
    const auto start = Clock::now();
    const std::optional<StepReport> report = step(trainer);
    if (!report) break;
    const StepReport& r = *report;
    seconds += since(start);
    ++done;
    smooth = done == 1 ? r.loss : 0.98 * smooth + 0.02 * r.loss;
    const bool due = trainer.evaluation_due();
    if (due) {
      const std::optional<Evaluation> e = validate(trainer);
      if (!e) break;
      validation = e->loss;
      accuracy = e->accuracy;
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
  if (!caught_signal() && trainer.patience(endless) > 0 && trainer.restore_best())
    std::fprintf(stderr, "the weights are those of step %lld, validation %.6f\n",
                 static_cast<long long>(trainer.best().step), trainer.best().loss);
  return seconds;
}

/// Baselines and the loss on the validation text.
void print_text_losses(Session& session, double seconds) {
  Trainer& trainer = session.trainer();
  if (trainer.validation_tokens() <= 1) return;
  const Evaluation e = trainer.evaluate();
  const Json baselines = session.baselines(5);
  std::printf("baselines: uniform %.4f", baselines["uniform"].get<double>());
  for (std::size_t k = 0; k < baselines["markov"].size(); ++k)
    std::printf("  order-%zu %.4f", k, baselines["markov"][k].get<double>());
  std::printf(" nats\nvalidation %.6f nats, %.6f bits per character, perplexity %.3f, after %lld steps, %.1f s\n",
              e.loss, session.bits_per_character(Split::validation, e.loss, e.predictions), numeric::exp(e.loss),
              static_cast<long long>(trainer.progress().step), seconds);
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
    std::fprintf(stderr, "%.0f symbols (%.2g %%) are outside the vocabulary (\"vocabulary\"), and learned as one\n",
                 unknown, 100 * unknown / all);
  if (info.contains("data"))
    for (const Json& note : info["data"]["notes"]) std::fprintf(stderr, "%s\n", note.get<std::string>().c_str());
}

}  // namespace

int train_command(const Options& o) {
  const std::string file = text(o, "--text"), corpus = file.empty() ? "" : read_file(file), out = text(o, "--out");
  if (!out.empty()) check_writable(out);
  const std::unique_ptr<Session> session = session_to_train(o, corpus);
  Trainer& trainer = session->trainer();
  std::fprintf(stderr, "%td parameters, %td symbols, %td + %td %s, %d threads, %s\n", session->network().table().size(),
               session->network().symbols(), trainer.train_tokens(), trainer.validation_tokens(), unit_of(*session),
               threads(), kernels::active().name);
  print_notes(session->info());
  const bool endless = text(o, "--steps").empty() && session->info()["stopsEarly"] == true;
  const double until = endless ? 1e15 : number(o, "--steps", 1000);
  const auto save = [&] {
    if (!out.empty()) write_file(out, session->save(true));
  };
  double seconds = 0;
  catch_signals();
  try {
    seconds = run_steps(*session, std::int64_t(until), endless);
  } catch (const Error&) {  // of a step whose numbers overflow: the steps before it are good
    save();
    throw;
  }
  save();
  if (const int signal = caught_signal()) {
    const bool saved = !out.empty();
    std::fprintf(stderr, "stopped at step %lld%s\n", static_cast<long long>(trainer.progress().step),
                 saved ? (", saved: --resume " + out + " goes on").c_str() : "; without --out nothing is saved");
    return 128 + signal;
  }
  if (session->config().task.learns_text()) {
    print_text_losses(*session, seconds);
  } else {
    print_splits(*session);
    std::printf("after %lld steps, %.1f s\n", static_cast<long long>(trainer.progress().step), seconds);
  }
  return 0;
}

namespace {

/// Of the validation text, learning while reading.
Evaluation evaluate_dynamic(Session& session, const Options& o) {
  Json options = object({{"optimizer", text(o, "--optimizer").empty() ? "sgd" : text(o, "--optimizer")},
                         {"decay", number(o, "--decay", 0)}});
  if (!text(o, "--rate").empty()) put(options, {{"learningRate", number(o, "--rate", 0)}});
  for (;;)
    if (const Evaluation e = session.evaluate_dynamic(Split::validation, options); e.done) return e;
}

}  // namespace

int evaluate_command(const Options& o) {
  const std::string file = text(o, "--text");
  const auto session = open(text(o, "--model", true), file.empty() ? "" : read_file(file));
  const bool dynamic = !text(o, "--dynamic").empty();
  if (!dynamic && !session->config().task.learns_text()) {
    session->trainer();  // refuses if there are no examples
    print_splits(*session);
    return 0;
  }
  const Evaluation e = dynamic ? evaluate_dynamic(*session, o) : session->trainer().evaluate();
  std::printf("%.6f nats, %.6f bits per character, perplexity %.3f, over %lld predictions\n", e.loss,
              session->bits_per_character(Split::validation, e.loss, e.predictions), numeric::exp(e.loss),
              static_cast<long long>(e.predictions));
  return 0;
}

}  // namespace unfold
