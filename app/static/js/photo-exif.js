// Where a photo was taken, read on the phone before it is sent: gpsOf(file) -> {lon, lat, accuracy} (WGS-84) or null.
// Finds the TIFF block behind "Exif\0\0" (JPEG, HEIC) in the file's first 256 KiB; tag numbers are those of Exif 2.3.

const HEAD = 256 * 1024, GPS_IFD = 0x8825, LAT_REF = 1, LAT = 2, LON_REF = 3, LON = 4, ERROR_M = 31;
const RATIONAL = 8;

export async function gpsOf(file) {
  try {
    const view = new DataView(await file.slice(0, HEAD).arrayBuffer());
    const start = findTiff(view);
    return start < 0 ? null : readGps(view, start);
  } catch (error) {
    if (error instanceof RangeError) return null; // a torn block points outside itself
    throw error;
  }
}

function findTiff(view) {
  for (let at = 0; at + 14 < view.byteLength; at += 1) {
    if (view.getUint32(at) !== 0x45786966 || view.getUint16(at + 4) !== 0) continue; // "Exif", 0, 0
    const order = view.getUint16(at + 6);
    if (order === 0x4949 || order === 0x4d4d) return at + 6;
  }
  return -1;
}

function readGps(view, start) {
  const little = view.getUint16(start) === 0x4949;
  const main = entries(view, start, view.getUint32(start + 4, little), little);
  if (!main.has(GPS_IFD)) return null;
  const gps = entries(view, start, view.getUint32(main.get(GPS_IFD) + 8, little), little);
  if (![LAT, LON, LAT_REF, LON_REF].every((tag) => gps.has(tag))) return null;
  const letter = (tag) => String.fromCharCode(view.getUint8(gps.get(tag) + 8));
  const numbers = (tag, count) => {
    const at = start + view.getUint32(gps.get(tag) + 8, little);
    return Array.from({ length: count }, (_, i) => rational(view, at + i * RATIONAL, little));
  };
  const degrees = (tag) => numbers(tag, 3).reduce((sum, part, i) => sum + part / 60 ** i, 0);
  const lat = degrees(LAT) * (letter(LAT_REF) === "S" ? -1 : 1);
  const lon = degrees(LON) * (letter(LON_REF) === "W" ? -1 : 1);
  const accuracy = gps.has(ERROR_M) ? numbers(ERROR_M, 1)[0] : null;
  const real = Number.isFinite(lon) && Number.isFinite(lat) && (lon || lat);
  return real ? { lon, lat, accuracy } : null;
}

function entries(view, start, offset, little) {
  const count = view.getUint16(start + offset, little);
  const found = new Map();
  for (let i = 0; i < count; i += 1) {
    const at = start + offset + 2 + 12 * i;
    found.set(view.getUint16(at, little), at);
  }
  return found;
}

const rational = (view, at, little) => view.getUint32(at, little) / view.getUint32(at + 4, little);
