// Reports that wait for the network, in this browser's IndexedDB: fields and photos under the key that makes them one.

const STORE = "reports";

const database = () => new Promise((resolve, reject) => {
  const asked = indexedDB.open("hotline", 1);
  asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: "key" });
  asked.onsuccess = () => resolve(asked.result);
  asked.onerror = () => reject(asked.error);
});

async function within(mode, act) {
  const db = await database();
  try {
    return await new Promise((resolve, reject) => {
      const part = db.transaction(STORE, mode), asked = act(part.objectStore(STORE));
      part.oncomplete = () => resolve(asked.result);
      part.onerror = part.onabort = () => reject(part.error);
    });
  } finally {
    db.close();
  }
}

export const keep = (key, data) => within("readwrite", (store) => store.put({
  key, at: Date.now(), fields: [...data].filter(([, value]) => typeof value === "string"), photos: data.getAll("photo"),
}));
export const waiting = () => within("readonly", (store) => store.getAll());
export const drop = (key) => within("readwrite", (store) => store.delete(key));
