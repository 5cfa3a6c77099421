/// The certificates that one event loop has ready: those that handshakes asked for last. Bounded, and each step takes the
/// same time however many there are.
struct ReadyCertificates {
    /// What was asked for since the last turn, and what only before it. A turn forgets the latter.
    private var recent: [ObjectIdentifier: ReadyCertificate] = [:]
    private var older: [ObjectIdentifier: ReadyCertificate] = [:]
    private var limit: Int

    /// - Parameter limit: how many are kept at most; two at least.
    init(limit: Int) {
        self.limit = max(limit, 2)
    }

    var count: Int { self.recent.count + self.older.count }

    mutating func setLimit(_ limit: Int) { self.limit = max(limit, 2) }

    mutating func find(_ source: CertificateSource) -> ReadyCertificate? {
        let id = ObjectIdentifier(source)
        if let found = self.recent[id] { return found }
        guard let found = self.older.removeValue(forKey: id) else { return nil }
        self.put(found, under: id)
        return found
    }

    /// - Returns: how many were forgotten for it.
    @discardableResult
    mutating func keep(_ ready: ReadyCertificate) -> Int {
        let id = ObjectIdentifier(ready.source)
        guard self.recent[id] == nil else { return 0 }
        self.older[id] = nil
        return self.put(ready, under: id)
    }

    mutating func forget(_ source: CertificateSource) {
        let id = ObjectIdentifier(source)
        self.recent[id] = nil
        self.older[id] = nil
    }

    @discardableResult
    private mutating func put(_ ready: ReadyCertificate, under id: ObjectIdentifier) -> Int {
        self.recent[id] = ready
        guard self.recent.count >= self.limit / 2 else { return 0 }
        let forgotten = self.older.count
        self.older = self.recent
        self.recent = [:]
        return forgotten
    }
}
