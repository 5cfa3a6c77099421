/// Where one field line stands in the received bytes. Offsets count from the start of the head's bytes.
struct FieldSlot {
    var nameOffset: UInt32
    var valueOffset: UInt32
    /// Without white space around the value.
    var valueLength: UInt32
    var nameLength: UInt16
    var known: KnownField
    /// Not passed on: the next hop doesn't see it, so no policy may either.
    var isDropped: Bool

    var name: Range<Int> {
        Range(uncheckedBounds: (Int(self.nameOffset), Int(self.nameOffset) &+ Int(self.nameLength)))
    }
    var value: Range<Int> {
        Range(uncheckedBounds: (Int(self.valueOffset), Int(self.valueOffset) &+ Int(self.valueLength)))
    }
}

/// The field lines of one head: syntax alone, without what they mean.
///
/// The slots' memory is kept from head to head and grows to the largest number of fields seen, never beyond the limit.
struct FieldTable: ~Copyable {
    /// How lines may end and what may stand before a colon.
    enum Grammar {
        /// CRLF alone; the colon follows the name.
        case strict
        /// An upstream's head of which every line ends with a bare LF, as shell scripts send it.
        case lineFeed
        /// An upstream's head with CRLF, which may have white space before a colon.
        case upstream
    }

    enum Step {
        /// The empty line ends before this offset.
        case end(Int)
        /// A line has not arrived whole.
        case more(HeadProgress)
    }

    private(set) var count = 0
    /// Whether lines are not as they should be and must be written anew one by one.
    private(set) var isIrregular = false
    private var slots: UnsafeMutablePointer<FieldSlot>
    private var capacity: Int
    /// Whether each byte may stand in a name: one load instead of the five steps of `ByteSet.contains`, for the loop
    /// that runs over every name.
    private let isToken: UnsafeMutablePointer<Bool>

    init(capacity: Int) {
        self.capacity = capacity
        self.slots = .allocate(capacity: capacity)
        self.isToken = .allocate(capacity: 256)
        for byte in UInt8.min...UInt8.max { self.isToken[Int(byte)] = ByteSet.token.contains(byte) }
    }

    deinit {
        self.slots.deallocate()
        self.isToken.deallocate()
    }

    subscript(index: Int) -> FieldSlot {
        @inline(__always)
        get {
            precondition(index >= 0 && index < self.count)
            return self.slots[index]
        }
    }

    mutating func drop(_ index: Int) {
        precondition(index >= 0 && index < self.count)
        self.slots[index].isDropped = true
    }

    mutating func keep(_ index: Int) {
        precondition(index >= 0 && index < self.count)
        self.slots[index].isDropped = false
    }

    /// Whether the next hop sees a field of this kind.
    func keeps(_ known: KnownField) -> Bool {
        for index in 0..<self.count where self.slots[index].known == known && !self.slots[index].isDropped {
            return true
        }
        return false
    }

    mutating func clear() {
        self.count = 0
        self.isIrregular = false
    }

    /// Reads field lines from `start` through the empty line.
    ///
    /// - Throws: `.lineEnd`, `.fieldLine`, `.fieldTooLong` and `.tooManyFields`.
    mutating func scan(
        _ bytes: UnsafeRawBufferPointer,
        from start: Int,
        grammar: Grammar,
        limits: HeadLimits
    ) throws(HTTP1Error) -> Step {
        self.clear()
        self.isIrregular = grammar == .lineFeed
        var line = start
        while line < bytes.count {
            if let end = try Self.emptyLine(bytes, at: line, grammar: grammar) {
                return end <= bytes.count ? .end(end) : .more(HeadProgress(bytes.count, line: line))
            }
            guard let colon = try self.scanName(bytes, from: line, grammar: grammar) else {
                return .more(HeadProgress(bytes.count, line: line))
            }
            let control = bytes.firstControl(from: colon &+ 1)
            guard control &- line <= limits.lineBytes else { throw .fieldTooLong }
            guard let next = try Self.endOfLine(bytes, at: control, grammar: grammar) else {
                var progress = HeadProgress(bytes.count, line: line, isPastName: true)
                progress.mayEndWithCR = grammar != .lineFeed
                return .more(progress)
            }
            guard self.count < limits.fields else { throw .tooManyFields }
            self.append(bytes, line: line, colon: colon, end: control, grammar: grammar)
            line = next
        }
        return .more(HeadProgress(bytes.count, line: line))
    }

    /// The offset after the empty line that begins at `line`, beyond `count` when only its CR has arrived; nil where a
    /// field line begins.
    @inline(__always)
    private static func emptyLine(
        _ bytes: UnsafeRawBufferPointer,
        at line: Int,
        grammar: Grammar
    ) throws(HTTP1Error) -> Int? {
        let first = bytes[line]
        if first > .carriageReturn { return nil }
        if first == .lineFeed, grammar == .lineFeed { return line &+ 1 }
        guard first == .carriageReturn, grammar != .lineFeed else { throw .lineEnd }
        guard line &+ 1 < bytes.count else { return line &+ 2 }
        guard bytes[line &+ 1] == .lineFeed else { throw .lineEnd }
        return line &+ 2
    }

    /// The offset after the line whose content ends at `control`, the first control byte; nil while it is not there.
    @inline(__always)
    static func endOfLine(
        _ bytes: UnsafeRawBufferPointer,
        at control: Int,
        grammar: Grammar
    ) throws(HTTP1Error) -> Int? {
        guard control < bytes.count else { return nil }
        if grammar == .lineFeed {
            guard bytes[control] == .lineFeed else { throw .lineEnd }
            return control &+ 1
        }
        guard bytes[control] == .carriageReturn else { throw .lineEnd }
        guard control &+ 1 < bytes.count else { return nil }
        guard bytes[control &+ 1] == .lineFeed else { throw .lineEnd }
        return control &+ 2
    }

    /// Where the colon stands; nil while the name has not arrived whole.
    @inline(__always)
    private func scanName(
        _ bytes: UnsafeRawBufferPointer,
        from line: Int,
        grammar: Grammar
    ) throws(HTTP1Error) -> Int? {
        var at = line
        while at < bytes.count, self.isToken[Int(bytes[at])] { at &+= 1 }
        guard at &- line <= HeadLimits.nameBytes else { throw .fieldTooLong }
        if grammar != .strict, at > line {
            while at < bytes.count, bytes[at].isBlank { at &+= 1 }
            guard at &- line <= HeadLimits.nameBytes else { throw .fieldTooLong }
        }
        guard at < bytes.count else { return nil }
        guard bytes[at] == 0x3A, at > line else { throw .fieldLine }
        return at
    }

    @inline(__always)
    private mutating func append(
        _ bytes: UnsafeRawBufferPointer,
        line: Int,
        colon: Int,
        end: Int,
        grammar: Grammar
    ) {
        var nameEnd = colon
        if grammar != .strict {
            nameEnd = bytes.trimmed(line..<colon).upperBound
            if nameEnd != colon { self.isIrregular = true }
        }
        let name = UnsafeRawBufferPointer(rebasing: bytes[line..<nameEnd])
        var (known, isExact) = KnownField.read(name)
        var isDropped = known.isHopByHop
        if !isExact {
            // Another field by name; see `isGuarded`. Responses go to visitors, who read names as they are.
            isDropped = known.isGuarded && grammar == .strict
            known = .other
        }
        let value = bytes.trimmed(colon &+ 1..<end)
        if self.count == self.capacity { self.grow() }
        self.slots[self.count] = FieldSlot(
            nameOffset: UInt32(truncatingIfNeeded: line),
            valueOffset: UInt32(truncatingIfNeeded: value.lowerBound),
            valueLength: UInt32(truncatingIfNeeded: value.count),
            nameLength: UInt16(truncatingIfNeeded: name.count),
            known: known,
            isDropped: isDropped
        )
        self.count &+= 1
    }

    private mutating func grow() {
        let larger = UnsafeMutablePointer<FieldSlot>.allocate(capacity: self.capacity * 2)
        larger.moveInitialize(from: self.slots, count: self.count)
        self.slots.deallocate()
        self.slots = larger
        self.capacity *= 2
    }
}

extension HeadProgress {
    init(_ examined: Int, line: Int, isPastName: Bool = false) {
        self.examined = examined
        self.lineStart = line
        self.isPastName = isPastName
    }
}
