/** What every exported Python file brings along. */
export const HELPERS = `

def sigmoid(x):
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-x))


def relu(x):
    return np.maximum(x, 0)


def softmax(x):
    e = np.exp(x - np.max(x))
    return e / np.sum(e)


def normalize(z, gates, gain, bias, epsilon):
    """Layer normalization of the rows of each gate."""
    z = z.reshape(gates, -1)
    mean, variance = z.mean(axis=1, keepdims=True), z.var(axis=1, keepdims=True)
    return gain * ((z - mean) / np.sqrt(variance + epsilon)).ravel() + bias


def blocks(weights, x, count):
    """W·x, W being square blocks along a diagonal, once for each gate."""
    side = weights.shape[1]
    gates = weights.reshape(-1, count, side, side)
    return np.einsum("gbij,bj->gbi", gates, x.reshape(count, side)).ravel()
`;

export const RANDOM_PY = `

def uniforms(seed):
    """Random numbers in [0, 1) of a seed: Philox4x32-10 (Salmon et al. 2011), as the engine draws them."""
    mask = 0xFFFFFFFF

    def words():
        block = 0
        while True:
            a, b, c, d = block & mask, block >> 32, 0, 3
            k, l = seed & mask, seed >> 32
            for _ in range(10):
                p, q = 0xD2511F53 * a, 0xCD9E8D57 * c
                a, b, c, d = (q >> 32) ^ b ^ k, q & mask, (p >> 32) ^ d ^ l, p & mask
                k, l = (k + 0x9E3779B9) & mask, (l + 0xBB67AE85) & mask
            yield from (a, b, c, d)
            block += 1

    source = words()
    while True:
        high = next(source) >> 5
        yield (high * 67108864 + (next(source) >> 6)) / 9007199254740992


def choose(logits, temperature, random):
    """One token of softmax(logits / temperature); the likeliest where the temperature is 0."""
    if temperature < 1e-6:
        return int(np.argmax(logits))
    x = np.asarray(logits, np.float64)
    weights = np.exp((x - np.max(x)) / temperature)
    left = np.cumsum(weights) > next(random) * np.sum(weights)
    return int(np.argmax(left)) if left.any() else int(np.flatnonzero(weights)[-1])
`;
