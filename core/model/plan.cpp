#include "unfold/model/plan.h"

#include <algorithm>

#include "unfold/model/matrix.h"

namespace unfold {

Size BufferInfo::elements(Index T, Index S, Index N) const {
  const Size steps = sequence == 1 ? S : T;
  switch (extent) {
    case Extent::window: return rows * steps * N;
    case Extent::state: return rows * (delay + steps) * N;
    case Extent::step: return Size(rows) * N;
    case Extent::once: return rows;
    case Extent::scores: return Size(S) * steps * N;
    case Extent::score_step: return Size(S) * N;
  }
  return 0;
}

int Plan::add(BufferInfo buffer) {
  const auto layer = std::size_t(buffer.layer);
  if (buffer.layer >= 0 && layer < layers.size()) buffer.sequence = layers[layer].sequence;
  buffers.push_back(buffer);
  return int(buffers.size()) - 1;
}

int Plan::add_gradient(int buffer, const char* name, Lifetime lifetime) {
  BufferInfo gradient = buffers[std::size_t(buffer)];
  gradient.name = name;
  gradient.lifetime = lifetime;
  gradient.zeroed = true;
  return add(gradient);
}

void Plan::add(std::unique_ptr<Operation> operation, int layer, When when) {
  PlanLayer& owner = layers[std::size_t(layer)];
  const int number = int(operations.size());
  if (when == When::once) owner.once.push_back(number);
  if (when == When::begin) owner.begin.push_back(number);
  if (when == When::step) owner.step.push_back(number);
  operation->layer = layer;
  operation->once = when == When::once;
  operation->buffers(*this);
  operations.push_back(std::move(operation));
}

Size Plan::reserve(Size elements) {
  const Size place = packed;
  packed += cache_lines(elements);
  return place;
}

void Plan::reads(const Signal& signal, int sequence) {
  if (signal.tokens) {
    Index& delay = input_delays[std::size_t(sequence)];
    delay = std::max(delay, signal.delay);
    return;
  }
  for (const int buffer : {signal.value, signal.gradient}) {
    if (buffer < 0) continue;
    BufferInfo& info = buffers[std::size_t(buffer)];
    if (info.extent == Extent::state) info.delay = std::max(info.delay, signal.delay);
  }
}

void Plan::schedule(std::size_t scan_from) {
  for (std::size_t l = 0; l < layers.size();) {
    Scan scan{.sequence = layers[l].sequence, .direction = layers[l].direction, .first_layer = l};
    const std::size_t end = l == scan_from ? layers.size() : l + 1;
    for (; l < end; ++l) {
      const auto append = [&](std::vector<int>& to, const std::vector<int>& from) {
        to.insert(to.end(), from.begin(), from.end());
        for (const int number : from) scan.cost += operations[std::size_t(number)]->cost();
      };
      append(scan.once, layers[l].once);
      append(scan.begin, layers[l].begin);
      append(scan.step, layers[l].step);
    }
    for (const int number : scan.once) scan.once_cost += operations[std::size_t(number)]->cost();
    scan.end_layer = end;
    scans.push_back(std::move(scan));
  }
}

bool Plan::stored(const BufferInfo& buffer, const Room& room) const {
  switch (buffer.lifetime) {
    case Lifetime::always: return true;
    case Lifetime::training: return room.training;
    case Lifetime::dropout: return room.training && room.dropout;
    case Lifetime::request: break;
  }
  return false;
}

Index Plan::tile(const Room& room) const {
  if (tiled < 0 || !room.tiles) return 0;
  const Size all = buffers[std::size_t(tiled)].elements(room.steps, room.encoder_steps, room.columns);
  return all > most_answers ? tile_columns : 0;
}

Size Plan::elements(int buffer, const Room& room) const {
  const BufferInfo& info = buffers[std::size_t(buffer)];
  const Index tile = buffer == tiled ? this->tile(room) : 0;
  return cache_lines(tile > 0 ? info.rows * tile : info.elements(room.steps, room.encoder_steps, room.columns));
}

Size Plan::arena(const Room& room) const {
  Size sum = 0;
  for (int b = 0; b < int(buffers.size()); ++b)
    if (stored(buffers[std::size_t(b)], room)) sum += elements(b, room);
  return sum;
}

double Plan::flops_per_token() const {
  double sum = 0;
  for (const auto& operation : operations) sum += operation->flops();
  return sum;
}

}  // namespace unfold
