#include "unfold/generate/decoder.h"

#include <algorithm>
#include <cmath>

#include "unfold/base/drawing.h"
#include "unfold/base/phrase.h"
#include "unfold/base/sorting.h"
#include "unfold/model/draw.h"

namespace unfold {
namespace {

struct LiveHypothesis {
  Hypothesis written;
  Index column = 0;  // in which it stands
  bool finished = false;
};

/// ln softmax(x).
std::vector<double> log_softmax(const Real* x, Index V) {
  const double best = double(*std::max_element(x, x + V));
  double sum = 0;
  for (Index v = 0; v < V; ++v) sum += numeric::exp(double(x[v]) - best);
  const double whole = best + numeric::log(sum);
  std::vector<double> logs(static_cast<std::size_t>(V));
  for (Index v = 0; v < V; ++v) logs[std::size_t(v)] = double(x[v]) - whole;
  return logs;
}

/// The score of a sequence of `length` symbols (Wu et al. 2016).
double scored(const Hypothesis& w, double alpha, Index length) {
  if (alpha == 0) return w.log_probability;
  return w.log_probability / numeric::exp(alpha * numeric::log((5 + double(length)) / 6));
}

/// Makes column n of the state what column from[n] was.
void permute(Workspace& w, const Network& network, State& state, State& scratch, const std::vector<Index>& from) {
  w.read_state(state);
  scratch = state;
  const Index N = w.columns();
  std::size_t at = 0;
  const auto move = [&](Index rows, Index steps) {
    for (Index step = 0; step < steps; ++step, at += std::size_t(N * rows))
      for (Index n = 0; n < N; ++n)
        std::copy_n(scratch.values.begin() + std::ptrdiff_t(at) + from[std::size_t(n)] * rows, rows,
                    state.values.begin() + std::ptrdiff_t(at) + n * rows);
  };
  for (const PlanLayer& layer : network.plan().layers)
    for (const int buffer : layer.states) {
      const BufferInfo& states = network.plan().buffers[std::size_t(buffer)];
      move(states.rows, states.delay);
    }
  for (std::size_t i = 0; i < state.tokens.size(); ++i)
    state.tokens[i] = scratch.tokens[i / std::size_t(N) * std::size_t(N) + std::size_t(from[i % std::size_t(N)])];
  w.set_state(state);
}

/// The likeliest first; equals stay in their order.
template <class T, class F>
void best_first(std::vector<T>& list, const F& value) {
  std::vector<std::size_t> order(list.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  sort(order, [&](std::size_t a, std::size_t b) {
    const double x = value(list[a]), y = value(list[b]);
    return x > y || (x == y && a < b);
  });
  std::vector<T> sorted;
  for (const std::size_t i : order) sorted.push_back(std::move(list[i]));
  list = std::move(sorted);
}

/// One decoding under way.
class Search {
 public:
  Search(Network& network, const TaskConfig& task, Index targets, const Example& example, const Decoding& options)
      : network_(network),
        task_(task),
        options_(options),
        V_(targets),
        N_(options.temperature > 0 ? 1 : options.beam_width),
        S_(network.has_encoder() ? std::max<Index>(Index(example.input.size()), 1) : 0),
        w_(network, 1, N_, false, S_),
        rng_(options.seed, Stream::sampling) {
    const std::vector<Index> lengths(std::size_t(N_), Index(example.input.size()));
    if (S_ > 0) w_.set_lengths(1, lengths);
    for (Index n = 0; n < N_; ++n) {
      for (Index t = 0; t < Index(example.input.size()) && S_ > 0; ++t)
        w_.tokens(t, 1)[n] = example.input[std::size_t(t)];
      std::copy(example.context.begin(), example.context.end(), w_.context() + n * network.sizes().context);
    }
    w_.reset();
    network_.encode(w_);
  }

  /// The finished hypotheses, the best first; those cut at the longest only where none finished.
  std::vector<Hypothesis> run() {
    std::vector<LiveHypothesis> live(1);
    std::vector<Hypothesis> finished;
    Index longest = options_.max_length;
    if (task_.termination == Termination::count) longest = draw_length(live[0]);
    for (Index t = 0; t < longest && !live.empty() && !decided(finished, live, longest); ++t) {
      step(live, t, longest);
      std::vector<LiveHypothesis> next = expand(live, t + 1 == longest);
      best_first(next, [](const LiveHypothesis& h) { return h.written.log_probability; });
      if (Index(next.size()) > N_) next.resize(std::size_t(N_));
      std::vector<Index> from(static_cast<std::size_t>(N_));
      live.clear();
      for (LiveHypothesis& h : next) {
        if (h.finished) {
          add(finished, std::move(h.written));
          continue;
        }
        from[live.size()] = h.column;
        h.column = Index(live.size());
        live.push_back(std::move(h));
      }
      if (N_ > 1) permute(w_, network_, state_, scratch_, from);
    }
    if (finished.empty())
      for (LiveHypothesis& h : live) add(finished, std::move(h.written));
    return finished;
  }

 private:
  /// Keeps the N best, the best first.
  void add(std::vector<Hypothesis>& finished, Hypothesis&& w) const {
    w.score = scored(w, options_.length_penalty, Index(w.tokens.size()));
    finished.push_back(std::move(w));
    best_first(finished, [](const Hypothesis& one) { return one.score; });
    if (Index(finished.size()) > N_) finished.pop_back();
  }

  /// True once no live hypothesis can come among the N best: its ln P can only fall, its penalty at most be that of the
  /// longest.
  bool decided(const std::vector<Hypothesis>& finished, const std::vector<LiveHypothesis>& live, Index longest) const {
    return Index(finished.size()) == N_ &&
           finished.back().score >= scored(live[0].written, options_.length_penalty, longest);
  }

  Index draw_length(LiveHypothesis& h) {
    std::fill_n(w_.tokens(0), N_, no_token);
    std::fill_n(w_.numbers(0), N_, Real(0));
    network_.decode(w_);
    const Index L = network_.sizes().lengths;
    const Real* x = w_.sums(network_.lengths());
    const std::vector<double> logs = log_softmax(x, L);
    const Index chosen = options_.temperature > 0 ? Index(draw(x, L, rng_.uniform()))
                                                  : std::max_element(logs.begin(), logs.end()) - logs.begin();
    h.written.log_probability = logs[std::size_t(chosen)];
    w_.reset();
    return chosen;
  }

  void step(const std::vector<LiveHypothesis>& live, Index t, Index longest) {
    for (Index n = 0; n < N_; ++n) {
      const LiveHypothesis& h = live[std::size_t(std::min<Index>(n, Index(live.size()) - 1))];
      w_.tokens(0)[n] = t == 0 ? no_token : h.written.tokens.back();
      if (task_.termination == Termination::count) w_.numbers(0)[n] = Real(longest - t) / Real(w_.longest());
    }
    network_.decode(w_);
    w_.carry();
  }

  std::vector<LiveHypothesis> expand(const std::vector<LiveHypothesis>& live, bool last) {
    std::vector<LiveHypothesis> next;
    const Index R = network_.outputs(), symbols = task_.termination == Termination::end ? V_ + 1 : V_;
    for (const LiveHypothesis& h : live) {
      Real* x = w_.logits() + h.column * R;
      const std::vector<double> logs = log_softmax(x, symbols);
      std::vector<Index> order(logs.size());
      for (std::size_t v = 0; v < order.size(); ++v) order[v] = Index(v);
      const std::size_t keep = std::min(order.size(), std::size_t(N_));
      if (options_.temperature > 0) {
        for (Index v = 0; v < symbols; ++v) x[v] = Real(double(x[v]) / options_.temperature);
        order[0] = Index(draw(x, symbols, rng_.uniform()));
      } else {
        std::partial_sort(order.begin(), order.begin() + std::ptrdiff_t(keep), order.end(), [&](Index a, Index b) {
          const double p = logs[std::size_t(a)], q = logs[std::size_t(b)];
          return p > q || (p == q && a < b);
        });
      }
      for (std::size_t i = 0; i < keep; ++i) {
        const Index v = order[i];
        LiveHypothesis grown = h;
        grown.written.log_probability += logs[std::size_t(v)];
        if (network_.attention() >= 0) {
          const Real* a = w_.attention(0) + h.column * S_;
          grown.written.attention.insert(grown.written.attention.end(), a, a + S_);
        }
        const bool end = task_.termination == Termination::end && v == V_;
        if (!end) grown.written.tokens.push_back(Token(v));
        grown.finished = end || (last && task_.termination == Termination::count);
        if (task_.termination != Termination::halt) {
          next.push_back(std::move(grown));
          continue;
        }
        const double halt = double(x[V_]);
        LiveHypothesis stops = grown;
        stops.written.log_probability += log_sigmoid(halt);
        stops.finished = true;
        grown.written.log_probability += log_sigmoid(-halt);
        const bool one = N_ == 1;
        const bool stop = options_.temperature > 0 ? draw_bit(halt, rng_.uniform()) : halt > 0;
        if (!one || stop) next.push_back(std::move(stops));
        if (!one || !stop) next.push_back(std::move(grown));
      }
    }
    return next;
  }

  Network& network_;
  const TaskConfig& task_;
  const Decoding& options_;
  Index V_, N_, S_;
  Workspace w_;
  Rng rng_;
  State state_, scratch_;
};

/// One example in a workspace, run forward.
struct Asked {
  Asked(Network& network, Config config, const Dataset& names, const Example& example)
      : loader((config.batch_size = 1, config.task.carry_state = false, config), of(names, example)),
        workspace(network, loader.steps(), 1, false, loader.encoder_steps()) {
    const Example* one = &loader.data().train[0];
    loader.fill(workspace, {&one, 1});
    network.forward(workspace);
  }
  static Dataset of(const Dataset& names, const Example& example) {
    Dataset data{.inputs = names.inputs,
                 .targets = names.targets,
                 .numbers = names.numbers,
                 .outputs = names.outputs,
                 .context = names.context,
                 .columns = names.columns};
    data.train.push_back(example);
    return data;
  }
  ExampleLoader loader;
  Workspace workspace;
};

}  // namespace

std::vector<Hypothesis> decode(Network& network, const TaskConfig& task, Index targets, const Example& example,
                               const Decoding& options) {
  const auto need = [](bool kept, const char* field, const char* expected, double actual) {
    if (!kept) refuse_argument(field, expected, shortly(actual));
  };
  need(options.beam_width >= 1 && options.beam_width <= 256, "beamWidth", "a whole number from 1 to 256",
       options.beam_width);
  need(options.temperature >= 0 && options.temperature <= 1e6, "temperature", "a number from 0 to 1000000",
       options.temperature);
  need(options.length_penalty >= 0 && options.length_penalty <= 10, "lengthPenalty", "a number from 0 to 10",
       options.length_penalty);
  need(options.max_length >= 1 && options.max_length <= 65536, "maxLength", "a whole number from 1 to 65536",
       double(options.max_length));
  return Search(network, task, targets, example, options).run();
}

double log_probability(Network& network, const Config& config, const Dataset& names, const Example& example) {
  Asked asked(network, config, names, example);
  return -asked.loader.measure(network, asked.workspace, false).loss;
}

std::vector<Real> readout(Network& network, const Config& config, const Dataset& names, const Example& example) {
  Asked asked(network, config, names, example);
  const Real* y = asked.workspace.logits();
  return {y, y + asked.workspace.steps() * network.outputs()};
}

}  // namespace unfold
