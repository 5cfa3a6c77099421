/// What the visitor still takes, of one stream or of all together (RFC 9113 §6.9). May be below zero after its
/// settings have shrunk it.
struct SendWindow {
    static let limit = 0x7FFF_FFFF

    private(set) var available: Int

    init(_ size: Int) {
        self.available = size
    }

    mutating func spend(_ count: Int) {
        self.available -= count
    }

    /// - Returns: false when it grows beyond what there may be.
    mutating func grow(by count: Int) -> Bool {
        self.available += count
        return self.available <= Self.limit
    }
}

/// What the visitor may still send, of one stream or of all together. What was taken is given back in large steps.
struct ReceiveWindow {
    let size: Int
    private var available: Int
    private var untold = 0

    init(_ size: Int) {
        self.size = size
        self.available = size
    }

    /// - Returns: false when the visitor sent more than it may.
    mutating func receive(_ count: Int) -> Bool {
        self.available -= count
        return self.available >= 0
    }

    /// Bytes were taken.
    ///
    /// - Returns: what to tell the visitor now; nil while it is too little.
    mutating func take(_ count: Int) -> Int? {
        self.untold += count
        guard self.untold * 2 >= self.size else { return nil }
        let increment = self.untold
        self.untold = 0
        self.available += increment
        return increment
    }
}
