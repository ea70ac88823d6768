// What a configuration's task rules out, and what its edges may read.
#include <algorithm>

#include "unfold/base/phrase.h"
#include "unfold/config/config_reader.h"
#include "unfold/config/dataset_info.h"

namespace unfold {
namespace {

struct Place {
  const Config& c;
  bool encoder, readout;
  int layer = 0;  // that the edge enters
};

/// Numbers that a factor of a product in a layer gives; 0: it has no size of its own (an input, whose width the data
/// gives).
Index rows_of(const EdgeConfig& e, const Config& c, const std::vector<LayerConfig>& layers, const LayerConfig& own) {
  if (e.size > 0) return e.size;
  if (e.from == Source::self) return own.units;
  if (e.from == Source::layer) return layers[std::size_t(e.layer)].units;
  if (e.from == Source::input && c.embedding > 0) return c.embedding;
  if (e.from == Source::product)
    return std::max(rows_of(e.factors[0], c, layers, own), rows_of(e.factors[1], c, layers, own));
  if (e.from != Source::edge) return 0;
  const EdgeConfig& earlier = own.edges[std::size_t(e.layer)];
  return earlier.from == Source::product ? rows_of(earlier, c, layers, own) : earlier.hidden.back();
}

/// What has no matrix must be numbers: as many as the layer has units where they enter its gates.
void check_sizes(const EdgeConfig& e, const Config& c, const std::vector<LayerConfig>& layers, const LayerConfig& own,
                 const std::string& field) {
  EdgeConfig source = e;
  source.size = 0;
  const Index rows = rows_of(source, c, layers, own), last = e.hidden.empty() ? rows : e.hidden.back();
  if (e.squash != Activation::identity && rows == 0)
    refuse_config(field + ".sourceActivation", "identity (the source is no layer of this network)",
                  activation_names[std::size_t(e.squash)]);
  if (!e.matrix && last != own.units)
    refuse_config(field + ".matrix", phrase("true, or {} numbers, one for each unit", {own.units}),
                  last > 0 ? phrase("{} numbers", {last}) : "a source without a size of its own");
}

void check_upper(const EdgeConfig& e, const Place& place, const std::string& field) {
  const std::vector<LayerConfig>& layers = place.encoder ? place.c.encoder.layers : place.c.layers;
  if (e.from != Source::layer || e.layer < place.layer) return;
  if (std::size_t(e.layer) >= layers.size())
    refuse_config(field + ".from", phrase("the number of one of the {} layers", {layers.size()}),
                  std::to_string(e.layer));
  if (place.encoder || place.c.task.pooled())
    refuse_config(field + ".from", "a lower layer (an encoder's layers, or pooled ones, read no upper layer)",
                  std::to_string(e.layer));
}

void check_edge(const EdgeConfig& e, const Place& place, const std::string& field, int direction);

/// Both factors of a product must have the same size, unless one is a single number, and each be a signal of numbers.
void check_product(const EdgeConfig& e, const Place& place, const std::string& field, int direction) {
  const Config& c = place.c;
  const std::vector<LayerConfig>& layers = place.encoder ? c.encoder.layers : c.layers;
  const LayerConfig& own = layers[std::size_t(place.layer)];
  Index rows[2];
  for (std::size_t i = 0; i < 2; ++i) {
    const std::string at = phrase("{}.from.product{}", {field, at_index(i)});
    check_edge(e.factors[i], place, at, direction);
    rows[i] = rows_of(e.factors[i], c, layers, own);
    if (rows[i] == 0)
      refuse_config(at + ".units", "the rows of the factor's matrix (a product wants a size)", "nothing");
  }
  if (rows[0] != rows[1] && std::min(rows[0], rows[1]) > 1)
    refuse_config(field + ".from.product", "two factors of one size, or one of a single number",
                  phrase("{} and {}", {rows[0], rows[1]}));
}

void check_edge(const EdgeConfig& e, const Place& place, const std::string& field, int direction) {
  const Config& c = place.c;
  const std::vector<LayerConfig>& layers = place.encoder ? c.encoder.layers : c.layers;
  if (!place.readout) check_upper(e, place, field);
  check_sizes(e, c, layers, place.readout ? layers.back() : layers[std::size_t(place.layer)], field);
  if (e.from == Source::product) return check_product(e, place, field, direction);
  for (std::size_t i = 0; i < e.factors.size(); ++i)
    check_edge(e.factors[i], place, phrase("{}.from.concat{}", {field, at_index(i)}), direction);
  if (e.from >= Source::concat) return;
  const auto from = [&](bool fits, const char* expected, const char* actual) {
    if (!fits) refuse_config(field + ".from", expected, actual);
  };
  from(e.from != Source::context || (!place.encoder && c.has_context()),
       "a source that the network has (a context comes from an encoder, or is given)", "\"context\"");
  from(e.from != Source::attention || (!place.encoder && c.attention.on), "a source that the network has",
       "\"attention\"");
  from(e.from != Source::remaining || (!place.encoder && c.task.termination == Termination::count),
       "a source that the network has (task.length count)", "\"remaining\"");
  from(e.from != Source::output || (!place.encoder && c.task.info().autoregressive),
       "a source of a network that predicts symbols", "\"output\"");
  from(e.from != Source::output || direction > 0, "a source that a backward layer has", "\"output\"");
  from(!place.readout || !c.task.pooled() || e.from == Source::layer, "a layer, whose states are pooled",
       "another source");
  const bool turned = e.from == Source::layer && layers[std::size_t(e.layer)].direction != direction;
  const bool backward = direction < 0 && e.from != Source::self && e.from != Source::layer;
  if (e.delay > 0 && (turned || backward))
    refuse_config(field + ".delay", "0 (the other direction has no such past)", std::to_string(e.delay));
}

void check_blocks(const LayerConfig& layer, const EdgeConfig& e, const std::string& field) {
  if (e.blocks == 1) return;
  if (layer.units % e.blocks != 0)
    refuse_config(field + ".blocks", phrase("a divisor of the layer's {} units", {layer.units}),
                  std::to_string(e.blocks));
  if (!e.hidden.empty()) refuse_config(field + ".blocks", "1 (the edge has hidden layers)", std::to_string(e.blocks));
}

/// A layer that continues the states of another one runs together with it, step by step.
void check_states(const Config& c, bool encoder, std::size_t l, const std::string& field) {
  const std::vector<LayerConfig>& layers = encoder ? c.encoder.layers : c.layers;
  const LayerConfig& layer = layers[l];
  if (layer.state_from < 0) return;
  const auto from = std::size_t(layer.state_from);
  const auto refuse = [&](const char* expected, const std::string& actual) {
    refuse_config(field + ".stateFrom", expected, actual);
  };
  if (encoder || c.task.pooled())
    refuse("none (an encoder's layers, or pooled ones, run one after the other)", std::to_string(from));
  if (from >= layers.size() || from == l) refuse("the number of another layer", std::to_string(from));
  const LayerConfig& other = layers[from];
  if (other.cell != layer.cell || other.units != layer.units)
    refuse("a layer of the same cell with as many units", other.cell + " of " + std::to_string(other.units));
  for (const LayerConfig& each : layers)
    if (each.direction < 0) refuse("none (a layer runs backward)", std::to_string(from));
}

/// Pooled, the sequences of a batch end together, so the first window of each is short and padded: a clock would count
/// the padding, and what is read late would be of it.
void check_ends(const LayerConfig& layer, const std::string& field) {
  if (!layer.clock.empty())
    refuse_config(field + ".clock", "none (task.carryState with one answer for a sequence)", "a clock");
  for (std::size_t e = 0; e < layer.edges.size(); ++e)
    if (const int most = layer.edges[e].from == Source::input ? 0 : 1; layer.edges[e].delay > most)
      refuse_config(phrase("{}.edges{}.delay", {field, at_index(e)}),
                    phrase("at most {} (task.carryState with one answer for a sequence)", {most}),
                    std::to_string(layer.edges[e].delay));
}

void check_stack(const Config& c, bool encoder) {
  const std::vector<LayerConfig>& layers = encoder ? c.encoder.layers : c.layers;
  const bool causal = !encoder && !c.task.info().bidirectional && !c.task.pooled();
  const bool windows = c.task.carry_state;
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const LayerConfig& layer = layers[l];
    const std::string field = (encoder ? "encoder" : "layers") + at_index(l);
    if (causal && layer.direction < 0)
      refuse_config(field + ".direction", "forward (the network predicts what a backward layer would have read)",
                    "backward");
    if (windows && layer.direction < 0)
      refuse_config(field + ".direction", "forward (task.carryState: a backward layer needs the whole sequence)",
                    "backward");
    if (windows && c.task.pooled()) check_ends(layer, field);
    if (layer.initial && (encoder || !c.has_context()))
      refuse_config(field + ".initial", "false (there is no context)", "true");
    if (layer.initial && layer.direction < 0) refuse_config(field + ".initial", "false in a backward layer", "true");
    if (layer.residual && (layer.direction < 0 || (l > 0 && layers[l - 1].direction < 0)))
      refuse_config(field + ".residual", "layers of one direction", "two");
    check_states(c, encoder, l, field);
    for (std::size_t e = 0; e < layer.edges.size(); ++e) {
      const std::string at = phrase("{}.edges{}", {field, at_index(e)});
      check_blocks(layer, layer.edges[e], at);
      check_edge(layer.edges[e], {c, encoder, false, int(l)}, at, layer.direction);
    }
  }
}

}  // namespace

void check_task(const Config& c) {
  const TaskInfo& info = c.task.info();
  check_dataset(c);
  check_stack(c, false);
  if (c.encoder.on()) check_stack(c, true);
  for (std::size_t e = 0; e < c.readout.size(); ++e)
    check_edge(c.readout[e], {c, false, true}, "readout" + at_index(e), 1);
  if (c.attention.on && !info.encoder) refuse_config("attention", "none (there is no encoder)", "attention");
  if (c.attention.on && c.layers.back().direction < 0)
    refuse_config("attention", "a forward last layer", "a backward one");
  if (info.encoder && c.context == ContextUse::none && !c.attention.on)
    refuse_config("context", "input, initial or both (or attention): else nothing reaches the decoder", "\"none\"");
  if (c.scheduled_sampling.on() && !info.autoregressive && !c.task.predicts_rows())
    refuse_config("scheduledSampling", "none (the network is not fed its own answers)",
                  name_of(c.scheduled_sampling.kind));
  if (c.scheduled_sampling.on() && c.free_running)
    refuse_config("feedback", "target, with scheduled sampling", "\"softmax\"");
  if (c.free_running && !info.autoregressive)
    refuse_config("feedback", "target (the network is not fed its own answers)", "\"softmax\"");
  for (std::size_t e = 0; c.task.kind == TaskKind::tensor && c.task.outputs == 0 && e < c.readout.size(); ++e)
    if (c.readout[e].from != Source::layer || !c.readout[e].hidden.empty())
      refuse_config("readout" + at_index(e), "a layer, whose states are the answer (task.outputs is 0)",
                    "a computation");
  if (info.data == TaskData::caller) {
    const auto refuse = [](const char* field) {
      refuse_config(field, "none (the caller trains a network of the task \"tensor\")", "some");
    };
    if (c.regularization != RegularizationConfig{}) refuse("regularization");
    if (c.averaging.on()) refuse("averaging");
    if (c.accumulate > 1) refuse("accumulate");
    if (!c.optimizer.groups.empty()) refuse("optimizer.groups");
  }
  if (c.tie_weights && !info.autoregressive)
    refuse_config("tieWeights", "false (input and output are different things)", "true");
  if (c.embedding > 0 && info.numbers)
    refuse_config("embedding", "0 (the input is numbers)", std::to_string(c.embedding));
}

}  // namespace unfold
