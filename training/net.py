"""The net: gated dilated convolutions over frozen multilingual word vectors, with heads for words, sessions and mail."""
import json, re, unicodedata
import numpy as np, jax, jax.numpy as jnp, optax

TAGS = 7; FLAGS = 43; SFLAGS = 9; ROWS = (16, 8, 10, 4096, 4096, 4096, 256); ROWDIM = (8, 4, 4, 12, 12, 12, 8)
D = 96; H = 128; S = 64
KINDS = ['attend', 'decline', 'change', 'cancel', 'question', 'unrelated']
FIELDS = ('name', 'organization', 'position')
# Flags dropped together in training, so that no list or rule is relied on alone.
GROUPS = [range(0, 4), range(29, 34), range(34, 38), range(38, 42), [26], [24]]

def choices(v): return v if isinstance(v, list) else [v]

def people(truth):
    p = truth['attendees']
    return p[0] if p and isinstance(p[0], list) else p

def squash(s): return re.sub(r'\s+', '', unicodedata.normalize('NFKC', s)).lower()

def places(text, value):
    pat = r'\s*'.join(re.escape(c) for c in re.sub(r'\s+', '', value))
    return [m.span() for m in re.finditer(pat, text, re.I)] if pat else []

ARTICLES = re.compile(r"(the|an?|der|die|das|des|dem|den|le|la|les|el|los|las|il|lo|gli|i|os?|as?|de|het)\s|l['’]", re.I)

def tags(row):
    spans = row['spans']; y = [0] * len(spans)
    for person in people(row['truth']):
        for k, field in enumerate(FIELDS):
            for v in sorted((c for c in choices(person.get(field)) if c), key=lambda c: (bool(ARTICLES.match(c)), -len(c))):
                found = places(row['text'], v)
                if found:
                    for a, b in found:
                        inside = [i for i, (s, e) in enumerate(spans) if s < b and e > a]
                        if inside and all(y[i] == 0 for i in inside):
                            for o, i in enumerate(inside): y[i] = 2 * k + (1 if o == 0 else 2)
                    break
    return y

def answers(row):
    """Per session 0 yes, 1 not, 2 nothing said; None where the truth is not one."""
    p = people(row['truth'])
    sets = []
    for person in p:
        s = person.get('sessions')
        if isinstance(s, list) and s and not isinstance(s[0], str): return None
        sets.append(None if s is None else tuple(sorted(s)))
    if not sets or len(set(sets)) != 1: return None
    s = sets[0]
    return [2 if s is None else (0 if i in s else 1) for i in row['ids']]

def one(values, allowed):
    v = {x for x in choices(values)}
    return allowed.index(next(iter(v))) if len(v) == 1 and next(iter(v)) in allowed else -1

class Mail: pass
# A sentence, and what stands between two commas of it: src/understand/net/sight.rs cuts the same.
SENTENCE = re.compile(r'[^.!?\n。！？]+[.!?。！？]*'); CLAUSE = re.compile(r'[^.!?\n。！？,;:、，；：()–—]+')

def segments(text, cut): return [(m.start(), m.end(), m.group().strip()) for m in cut.finditer(text)]

class Segments:
    """The vectors of all sentences and clauses; the last row is of none."""
    def __init__(self, texts, vectors): self.at = {t: i for i, t in enumerate(texts)}; self.vectors = np.concatenate([vectors, np.zeros((1, 512), np.float16)])
    def of(self, row, cut):
        text = row['text']; at = np.full(len(text) + 1, len(self.vectors) - 1, np.int32)
        for start, end, t in segments(text, cut):
            if t in self.at: at[start:end] = self.at[t]
        return [at[a] for a, _ in row['spans']]

def load(path, emb, segs):
    out = []
    for line in open(path):
        r = json.loads(line); m = Mail(); m.row = r; n = len(r['spans'])
        if n == 0: continue
        zero = np.zeros(emb.shape[1], np.float16)
        mean = lambda ps: emb[ps].astype(np.float32).mean(0).astype(np.float16) if ps else zero
        m.E = np.stack([mean(p) for p in r['pieces']])
        m.C = np.stack([emb[p[-1]] if p else zero for p in r['pieces']])
        labels = [mean(p) for p in r['labels']]
        m.L = np.stack([zero if l is None else labels[l] for l in r['label']])
        m.V = np.array([segs.of(r, SENTENCE), segs.of(r, CLAUSE)], np.int32).T; m.segs = segs.vectors
        m.F = np.array([[f >> b & 1 for b in range(FLAGS)] for f in r['flags']], np.float32)
        m.R = np.array(r['rows'], np.int32)
        m.S = np.array([[[f >> b & 1 for b in range(SFLAGS)] for f in s] for s in r['sessions']], np.float32)
        t = r['truth']; m.has = bool(people(t)); m.y = np.array(tags(r), np.int32)
        m.a = answers(r)
        acts = set(choices(t['action']))
        m.act = 0 if acts <= {'record', 'ask'} else (1 if acts == {'review'} else -1)
        m.kind = one(t.get('kind'), KINDS)
        m.count = min(len(people(t)), 2)
        m.human = int(t['human']) if isinstance(t.get('human'), bool) else -1
        out.append(m)
    return out

def init(key):
    ks = iter(jax.random.split(key, 99)); g = lambda i, o, s=1.0: jax.random.normal(next(ks), (i, o)) * s * np.sqrt(1 / i)
    def block(h, d): return {'w': g(3 * h, 2 * h), 'b': jnp.zeros(2 * h), 'g': jnp.ones(h), 'c': jnp.zeros(h)}
    p = {'proj': g(512, D), 'e': g(D, H), 'e2': g(D, H, .7), 'l': g(D, H), 'v': g(512, 64), 'w': g(512, 64), 'vh': g(128, H, .7), 'vs': g(128, S, .7), 'f': g(FLAGS, H), 't': [jax.random.normal(next(ks), (n, d)) * .1 for n, d in zip(ROWS, ROWDIM)],
         'r': g(sum(ROWDIM), H), 'b': jnp.zeros(H), 'stack': [block(H, d) for d in DIL], 'glob': g(2 * H, H, .3), 'on': jnp.ones(H), 'oc': jnp.zeros(H),
         'tag': g(H, TAGS), 'tb': jnp.zeros(TAGS), 'tr': jnp.zeros((TAGS, TAGS)),
         'sh': g(H, S), 'sf': g(SFLAGS, S), 'sb': jnp.zeros(S), 'sstack': [block(S, d) for d in SDIL], 'sa': g(S, 4), 'so': g(5 * S + H, 3), 'sob': jnp.zeros(3),
         'ma': g(H, 4), 'mh': g(5 * H, 64), 'mb': jnp.zeros(64), 'mo': g(64, 2 + 6 + 3 + 2), 'mob': jnp.zeros(13)}
    return p

DIL = (1, 2, 4, 8, 16, 1); SDIL = (1, 2, 4, 8)

def norm(x, g, c):
    m = x.mean(-1, keepdims=True); v = x.var(-1, keepdims=True)
    return (x - m) / jnp.sqrt(v + 1e-5) * g + c

def conv(x, L, d, M):
    y = norm(x, L['g'], L['c']) * M[..., None]
    pad = [(0, 0)] * (y.ndim - 2) + [(d, d), (0, 0)]
    z = jnp.pad(y, pad); n = y.shape[-2]
    y = jnp.concatenate([z[..., 0:n, :], z[..., d:d + n, :], z[..., 2 * d:2 * d + n, :]], -1) @ L['w'] + L['b']
    a, b = jnp.split(y, 2, -1)
    return a * jax.nn.sigmoid(b)

def pools(x, a, M):
    """Four attention pools and the maximum."""
    w = jax.nn.softmax(jnp.where(M[..., None] > 0, x @ a, -1e9), axis=-2)
    att = jnp.einsum('...la,...lh->...ah', w, x)
    return jnp.concatenate([att.reshape(att.shape[:-2] + (-1,)), jnp.where(M[..., None] > 0, x, -1e9).max(-2)], -1)

def fwd(p, E, C, V, L, F, R, Sx, M, key=None, drop=0.0):
    ks = iter(jax.random.split(key, 40)) if key is not None else None
    do = (lambda x, q=drop: x * jax.random.bernoulli(next(ks), 1 - q, x.shape) / (1 - q)) if key is not None else (lambda x, q=0: x)
    vv = do(jnp.concatenate([V[..., 0, :] @ p['v'], V[..., 1, :] @ p['w']], -1), .2) * 4
    x = do(E @ p['proj'], .1) @ p['e'] + do(C @ p['proj'], .1) @ p['e2'] + (L @ p['proj']) @ p['l'] + vv @ p['vh'] + F @ p['f'] + do(jnp.concatenate([p['t'][i][R[..., i]] for i in range(7)], -1)) @ p['r'] + p['b']
    x = do(jax.nn.gelu(x))
    for i, (blk, d) in enumerate(zip(p['stack'], DIL)):
        x = x + do(conv(x, blk, d, M))
        if i == 2:
            Mm = M[..., None]
            g = jnp.concatenate([(x * Mm).sum(-2) / Mm.sum(-2), jnp.where(Mm > 0, x, -1e9).max(-2)], -1) @ p['glob']
            x = x + g[..., None, :]
    h = norm(x, p['on'], p['oc'])
    tag = h @ p['tag'] + p['tb']
    pm = pools(h, p['ma'], M)
    mail = do(jax.nn.gelu(do(pm) @ p['mh'] + p['mb'])) @ p['mo'] + p['mob']
    s = jax.nn.gelu((h @ p['sh'] + vv @ p['vs'])[:, None] + Sx @ p['sf'] + p['sb'])      # [B, sessions, L, S]
    Ms = jnp.broadcast_to(M[:, None], s.shape[:-1])
    for blk, d in zip(p['sstack'], SDIL): s = s + do(conv(s, blk, d, Ms))
    sp = pools(s, p['sa'], Ms)
    glob = jnp.broadcast_to(pm[:, None, 4 * H:], sp.shape[:2] + (H,))
    ses = do(jnp.concatenate([sp, glob], -1)) @ p['so'] + p['sob']
    return tag, ses, mail

def batch(ms, L, NS):
    n = len(ms); z = lambda *s: np.zeros(s, np.float32)
    E = z(n, L, 512); C = z(n, L, 512); V = z(n, L, 2, 512); Lb = z(n, L, 512); F = z(n, L, FLAGS); R = np.zeros((n, L, 7), np.int32); Sx = z(n, NS, L, SFLAGS); M = z(n, L)
    Y = np.zeros((n, L), np.int32); A = -np.ones((n, NS), np.int32); X = -np.ones((n, 4), np.int32)
    for i, m in enumerate(ms):
        k = min(len(m.E), L)
        E[i, :k] = m.E[:k]; C[i, :k] = m.C[:k]; V[i, :k] = m.segs[m.V[:k]]; Lb[i, :k] = m.L[:k]; F[i, :k] = m.F[:k]; R[i, :k] = m.R[:k]; M[i, :k] = 1
        Sx[i, :len(m.S), :k] = m.S[:, :k]
        Y[i, :k] = m.y[:k] if m.has else -1
        if m.a: A[i, :len(m.a)] = m.a
        X[i] = (m.act, m.kind, m.count, m.human)
    return (E, C, V, Lb, F, R, Sx, M), (Y, A, X)

def augment(inp, rng):
    E, C, V, Lb, F, R, Sx, M = inp
    drop = rng.random(E.shape[:2]) < .08
    E[drop] = 0; C[drop] = 0; R[drop, 3:6] = 0
    for g in GROUPS:
        rows = rng.random(len(E)) < .2
        F[np.ix_(rows, np.arange(F.shape[1]), list(g))] = 0
    rows = rng.random(len(E)) < .25
    Sx[rows, :, :, 5:8] = 0
    return E, C, V, Lb, F, R, Sx, M

# A field goes on only where it began: 2k+2 follows 2k+1 or 2k+2.
ALLOWED = np.array([[not (b and b % 2 == 0 and a not in (b - 1, b)) for b in range(TAGS)] for a in range(TAGS)])
FIRST = np.array([b == 0 or b % 2 == 1 for b in range(TAGS)])

def transitions(p): return jnp.where(ALLOWED, p['tr'], -1e4)

def crf(p, lg, y, M):
    """Negative log-likelihood of each row's tags; rows without truth weigh nothing."""
    T = transitions(p); w = (y[:, 0] >= 0).astype(jnp.float32); y = jnp.maximum(y, 0)
    a0 = jnp.where(FIRST, lg[:, 0], -1e4)
    def step(a, x):
        l, m = x; n = jax.nn.logsumexp(a[:, :, None] + T[None], 1) + l
        a = jnp.where(m[:, None] > 0, n, a); return a, None
    a, _ = jax.lax.scan(step, a0, (lg[:, 1:].swapaxes(0, 1), M[:, 1:].T))
    gold = jnp.take_along_axis(lg, y[..., None], -1)[..., 0] * M
    tr = T[y[:, :-1], y[:, 1:]] * M[:, 1:]
    return (jax.nn.logsumexp(a, -1) - gold.sum(-1) - tr.sum(-1)) * w, w

def marginals(p, lg, M):
    T = transitions(p)
    def fw(a, x):
        l, m = x; n = jax.nn.logsumexp(a[:, :, None] + T[None], 1) + l
        a = jnp.where(m[:, None] > 0, n, a); return a, a
    a0 = jnp.where(FIRST, lg[:, 0], -1e4); a, A = jax.lax.scan(fw, a0, (lg[:, 1:].swapaxes(0, 1), M[:, 1:].T))
    A = jnp.concatenate([a0[None], A]).swapaxes(0, 1)
    def bw(b, x):
        l, m = x; n = jax.nn.logsumexp(T[None] + (l + b)[:, None], 2)
        b = jnp.where(m[:, None] > 0, n, b); return b, b
    b0 = jnp.zeros_like(a0); _, B = jax.lax.scan(bw, b0, (lg[:, 1:].swapaxes(0, 1)[::-1], M[:, 1:].T[::-1]))
    B = jnp.concatenate([b0[None], B])[::-1].swapaxes(0, 1)
    return jax.nn.softmax(A + B, -1)

WORD_FLAGS = [4, 5, 6, 7, 11, 12, 13, 14, 15, 34, 35, 36, 37]   # letters and lists; the rest is place

def bank(ms):
    """Every single tagged span of the training mails, by field and language."""
    out = {}
    for m in ms:
        for k in range(3):
            i = 0
            while i < len(m.y):
                if m.y[i] == 2 * k + 1:
                    j = i + 1
                    while j < len(m.y) and m.y[j] == 2 * k + 2: j += 1
                    if j - i <= 14: out.setdefault((k, m.row['lang']), []).append((m, i, j))
                    i = j
                else: i += 1
    return out

def swapped(m, spans, rng, rate=.3):
    """The mail with some of its names, organizations, positions put in from others of its language."""
    if not m.has: return m
    parts = []; i = 0; n = len(m.y); hit = False
    chosen = {k: (spans.get((k, m.row['lang'])) if rng.random() < (rate if k else rate / 2) else None) for k in range(3)}
    while i < n:
        k = (m.y[i] - 1) // 2
        if m.y[i] and m.y[i] % 2 == 1 and chosen[k]:
            j = i + 1
            while j < n and m.y[j] == 2 * k + 2: j += 1
            o, a, b = chosen[k][rng.integers(len(chosen[k]))]
            idx = np.minimum(np.arange(b - a) + i, j - 1)
            F = m.F[idx].copy(); F[:, WORD_FLAGS] = o.F[a:b][:, WORD_FLAGS]; F[:, 0:4] = m.F[i, 0:4] if k == 0 else 0
            F[1:, 9] = 0; F[:-1, 10] = 0; F[:, 8] = o.F[a:b, 8]; F[0, 8] = m.F[i, 8]
            R = m.R[idx].copy(); R[:, 3:] = o.R[a:b, 3:]
            parts.append((o.E[a:b], o.C[a:b], m.L[idx], F, R, m.S[:, idx], o.y[a:b], m.V[idx])); i = j; hit = True
        else:
            parts.append((m.E[i:i + 1], m.C[i:i + 1], m.L[i:i + 1], m.F[i:i + 1], m.R[i:i + 1], m.S[:, i:i + 1], m.y[i:i + 1], m.V[i:i + 1])); i += 1
    if not hit: return m
    o = Mail(); o.__dict__.update(m.__dict__)
    o.E, o.C, o.L, o.F, o.R, o.y, o.V = (np.concatenate([p[q] for p in parts]) for q in (0, 1, 2, 3, 4, 6, 7)); o.S = np.concatenate([p[5] for p in parts], 1)
    return o

def xent(lg, y):
    l = optax.softmax_cross_entropy_with_integer_labels(lg, jnp.maximum(y, 0)); w = (y >= 0).astype(jnp.float32)
    return l * w, w

def loss(p, inp, out, key, drop):
    tag, ses, mail = fwd(p, *inp, key=key, drop=drop); Y, A, X = out
    lt, wt = crf(p, tag, Y, inp[-1]); wt = wt * inp[-1].sum(-1); ls, ws = xent(ses, A)
    t = lt.sum() / jnp.maximum(wt.sum(), 1); s = ls.sum() / jnp.maximum(ws.sum(), 1); m = 0
    for (a, b), k, q in (((0, 2), 0, 1.0), ((2, 8), 1, .5), ((8, 11), 2, .5), ((11, 13), 3, .5)):
        lm, wm = xent(mail[:, a:b], X[:, k]); m = m + q * lm.sum() / jnp.maximum(wm.sum(), 1)
    return t * 8 + s + .4 * m, (t, s, m)

SIZES = (64, 96, 128, 160, 192, 224, 256, 320, 384, 480)

def batches(ms, rng, size=16):
    o = sorted(range(len(ms)), key=lambda i: (len(ms[i].S) > 2, len(ms[i].E) // 24, rng.random()))
    bs = [o[i:i + size] for i in range(0, len(o), size)]; bs = [b for b in bs if len(b) == size]
    rng.shuffle(bs); return bs

def shape(ms):
    return next(v for v in SIZES if v >= min(480, max(len(m.E) for m in ms))), (2 if max(len(m.S) for m in ms) <= 2 else 8)

def train(ms, extra=(), share=.6, epochs=12, seed=0, lr=2e-3, drop=.2, proj=None, log=print):
    import time
    rng = np.random.default_rng(seed); per = min(len(extra), int(len(ms) * share)); plain = 3; steps = (epochs - plain) * ((len(ms) + per) // 16) + plain * (len(ms) // 16); p = init(jax.random.PRNGKey(seed))
    if proj is not None: p['proj'] = jnp.asarray(proj)
    opt = optax.chain(optax.clip_by_global_norm(1.0), optax.adamw(optax.warmup_cosine_decay_schedule(0, lr, 150, steps, 1e-5), weight_decay=.03)); st = opt.init(p); avg = p
    @jax.jit
    def step(p, avg, st, inp, out, key):
        (l, parts), g = jax.value_and_grad(loss, has_aux=True)(p, inp, out, key, drop)
        if proj is not None: g['proj'] = jnp.zeros_like(g['proj'])
        u, st = opt.update(g, st, p)
        if proj is not None: u['proj'] = jnp.zeros_like(u['proj'])
        p = optax.apply_updates(p, u)
        return p, jax.tree.map(lambda a, b: a * .995 + b * .005, avg, p), st, jnp.array(parts)
    spans = bank(list(ms) + list(extra)); key = jax.random.PRNGKey(seed + 1); t0 = time.time()
    for ep in range(epochs):
        tot = []
        own = list(ms) + ([extra[i] for i in rng.permutation(len(extra))[:per]] if ep < epochs - plain else [])   # the last looks are at real mail alone
        for b in batches(own, rng):
            b = [swapped(own[i], spans, rng) for i in b]; inp, out = batch(b, *shape(b)); inp = augment(inp, rng)
            key, k = jax.random.split(key); p, avg, st, parts = step(p, avg, st, inp, out, k); tot.append(parts)
        log('epoch', ep, np.mean(tot, 0).round(3), round(time.time() - t0), flush=True)
    return jax.tree.map(np.asarray, avg)

@jax.jit
def _pred(p, inp):
    tag, ses, mail = fwd(p, *inp)
    return marginals(p, tag, inp[-1]), jax.nn.softmax(ses, -1), mail, tag

def predict(p, ms):
    """Tag probabilities, session probabilities, mail probabilities for every mail."""
    order = sorted(range(len(ms)), key=lambda i: (len(ms[i].S) > 2, len(ms[i].E))); out = [None] * len(ms)
    for k in range(0, len(order), 16):
        idx = order[k:k + 16]; b = [ms[i] for i in idx]; inp, _ = batch(b + [b[0]] * (16 - len(b)), *shape(b))
        tag, ses, mail, raw = map(np.asarray, _pred(p, inp))
        sm = lambda x: np.exp(x - x.max()) / np.exp(x - x.max()).sum()
        for r, i in enumerate(idx):
            m = ms[i]; out[i] = (tag[r, :len(m.E)], ses[r, :len(m.S)], [sm(mail[r, a:b]) for a, b in ((0, 2), (2, 8), (8, 11), (11, 13))], raw[r, :len(m.E)])
    return out
