// Where two pictures differ, in false colours; computed from the thumbnails in the page (a canvas may read those, not files beside it).

const differenceSide = 320;

async function loadThumbnail(row) {
  const uri = thumbnailUri(row);
  if (!uri) return null;
  const image = new Image();
  image.src = uri;
  await image.decode();
  return image;
}

function canvasOf(width, height) {
  const canvas = make('canvas', {width: Math.max(1, Math.round(width)), height: Math.max(1, Math.round(height))});
  return [canvas, canvas.getContext('2d', {willReadFrequently: true})];
}

/** The picture in one of its eight positions: bit 2 mirrors, then quarter turns. */
function turned(image, position) {
  if (position === 0) return image;
  const quarter = position & 1, [w, h] = [image.naturalWidth, image.naturalHeight];
  const [canvas, context] = canvasOf(quarter ? h : w, quarter ? w : h);
  context.translate(canvas.width / 2, canvas.height / 2);
  context.rotate((position & 3) * Math.PI / 2);
  if (position & 4) context.scale(-1, 1);
  context.drawImage(image, -w / 2, -h / 2);
  canvas.naturalWidth = canvas.width;
  canvas.naturalHeight = canvas.height;
  return canvas;
}

function grays(image, width, height) {
  const [canvas, context] = canvasOf(width, height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  const {data} = context.getImageData(0, 0, canvas.width, canvas.height), out = new Float32Array(data.length / 4);
  for (let i = 0; i < out.length; ++i) out[i] = 0.299 * data[4 * i] + 0.587 * data[4 * i + 1] + 0.114 * data[4 * i + 2];
  return {values: out, width: canvas.width, height: canvas.height};
}

/** Mean absolute difference of `small` and the window of `large` at (x, y). */
function windowError(large, small, x, y) {
  let sum = 0;
  for (let row = 0; row < small.height; ++row) {
    const from = (y + row) * large.width + x, at = row * small.width;
    for (let i = 0; i < small.width; ++i) sum += Math.abs(large.values[from + i] - small.values[at + i]);
  }
  return sum / small.values.length;
}

/** Tries the windows of the shares and places given, in a whole of `side` px. */
function searchWindows(whole, part, side, shares, near) {
  const scale = side / Math.max(whole.naturalWidth, whole.naturalHeight), large = grays(whole, whole.naturalWidth * scale, whole.naturalHeight * scale);
  const aspect = part.naturalWidth / part.naturalHeight, widest = Math.min(large.width, large.height * aspect);
  let best = {error: Infinity};
  for (const share of shares) {
    const small = grays(part, widest * share, widest * share / aspect), [freeX, freeY] = [large.width - small.width, large.height - small.height];
    const from = (centre, span) => (near ? Math.max(0, Math.round(centre - span / 2) - 4) : 0), to = (start, free) => (near ? Math.min(free, start + 8) : free);
    const x0 = from(near?.x * large.width, small.width), y0 = from(near?.y * large.height, small.height);
    for (let y = y0; y <= to(y0, freeY); ++y) {
      for (let x = x0; x <= to(x0, freeX); ++x) {
        const error = windowError(large, small, x, y);
        if (error < best.error)
          best = {error, share, x: x / large.width, y: y / large.height, width: small.width / large.width, height: small.height / large.height};
      }
    }
  }
  return best;
}

/** Where `part` lies within `whole`, as shares of the whole: first everywhere, then closer around the window with the least difference. */
function findWindow(whole, part) {
  const coarse = searchWindows(whole, part, 56, Array.from({length: 21}, (_, i) => 1 - 0.03 * i));
  const near = {x: coarse.x + coarse.width / 2, y: coarse.y + coarse.height / 2};
  const fine = searchWindows(whole, part, 150, Array.from({length: 11}, (_, i) => Math.min(1, coarse.share + 0.006 * (i - 5))), near);
  return Number.isFinite(fine.error) ? {...fine, error: coarse.error} : coarse;
}

function bestPosition(left, right) {
  const reference = grays(left, 24, 24);
  let best = [Infinity, 0];
  for (let position = 0; position < 8; ++position) {
    const error = windowError(reference, grays(turned(right, position), 24, 24), 0, 0);
    if (error < best[0]) best = [error, position];
  }
  return best[1];
}

const ramp = [[0, 13, 20, 32], [0.12, 24, 62, 120], [0.35, 13, 148, 136], [0.65, 250, 204, 21], [1, 239, 68, 68]];
function falseColour(share) {
  let i = 1;
  while (i < ramp.length - 1 && ramp[i][0] < share) ++i;
  const [a, b] = [ramp[i - 1], ramp[i]], t = Math.min(1, Math.max(0, (share - a[0]) / (b[0] - a[0])));
  return [1, 2, 3].map((c) => a[c] + t * (b[c] - a[c]));
}

/** @return {canvas, mean (grey levels), note} or null where a thumbnail is missing */
async function differenceOf(left, right, kind) {
  const [a, whole] = await Promise.all([loadThumbnail(left), loadThumbnail(right)]);
  if (!a || !whole) return null;
  let b = whole, note = '', from = {x: 0, y: 0, width: 1, height: 1}, base = a, other = b;
  if (kind === 'mirrored' || kind === 'rotated') {
    const position = bestPosition(a, whole);
    other = b = turned(whole, position);
    if (position) note = 'the copy is turned back for this';
  } else if (kind === 'crop') {
    const inLeft = findWindow(a, b), inRight = findWindow(b, a), isPart = inLeft.error <= inRight.error;
    [from, base, other] = isPart ? [inLeft, a, b] : [inRight, b, a];
    note = `${isPart ? 'the copy' : 'the kept picture'} shows ${percent(from.width * from.height)} of the other: that window is compared`;
  }
  const [w, h] = [from.width * base.naturalWidth, from.height * base.naturalHeight], scale = differenceSide / Math.max(w, h);
  const pixels = [base, other].map((image, i) => {
    const [canvas, context] = canvasOf(w * scale, h * scale);
    if (i === 0) context.drawImage(image, from.x * image.naturalWidth, from.y * image.naturalHeight, w, h, 0, 0, canvas.width, canvas.height);
    else context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return context.getImageData(0, 0, canvas.width, canvas.height).data;
  });
  const [canvas, context] = canvasOf(w * scale, h * scale), drawn = context.createImageData(canvas.width, canvas.height);
  const colours = Array.from({length: 256}, (_, level) => falseColour(Math.min(1, level / 96)));
  let sum = 0;
  for (let i = 0; i < drawn.data.length; i += 4) {
    const level = Math.max(...[0, 1, 2].map((c) => Math.abs(pixels[0][i + c] - pixels[1][i + c])));
    sum += level;
    drawn.data.set([...colours[level], 255], i);
  }
  context.putImageData(drawn, 0, 0);
  return {canvas, mean: sum / (canvas.width * canvas.height), note};
}
