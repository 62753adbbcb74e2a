// What waits for the network, in this browser's IndexedDB: "reports" of citizens and "acts" of staff, each with its fields
// and photos under the key that makes it one.

const STORES = ["reports", "acts"];

const database = () => new Promise((resolve, reject) => {
  const asked = indexedDB.open("hotline", 1);
  asked.onupgradeneeded = () => STORES.forEach((store) => asked.result.createObjectStore(store, { keyPath: "key" }));
  asked.onsuccess = () => resolve(asked.result);
  asked.onerror = () => reject(asked.error);
});

async function within(store, mode, act) {
  const db = await database();
  try {
    return await new Promise((resolve, reject) => {
      const part = db.transaction(store, mode), asked = act(part.objectStore(store));
      part.oncomplete = () => resolve(asked.result);
      part.onerror = part.onabort = () => reject(part.error);
    });
  } finally {
    db.close();
  }
}

export const keep = (store, record) => within(store, "readwrite", (rows) => rows.put({ at: Date.now(), ...record }));
export const drop = (store, key) => within(store, "readwrite", (rows) => rows.delete(key));
export const wipe = (store) => within(store, "readwrite", (rows) => rows.clear());
export const waiting = async (store) => (await within(store, "readonly", (rows) => rows.getAll())).sort((a, b) => a.at - b.at);

// What makes an act one, however often it is sent.
export const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

// No answer, or one that says nothing of the content: worth sending again, with the same key.
export const unheard = (status) => !status || status >= 500 || [408, 425, 429].includes(status);
export const PATIENCE = 90_000; // milliseconds for an answer, photos on a slow line included

// A form's content as it is kept: texts by name, and files.
export const packed = (data) => ({ fields: [...data].filter(([, value]) => typeof value === "string"), photos: data.getAll("photo") });

export function unpacked({ fields, photos }) {
  const data = new FormData();
  for (const [name, value] of fields) data.append(name, value);
  for (const photo of photos) data.append("photo", photo, photo.name || "photo.jpg");
  return data;
}
