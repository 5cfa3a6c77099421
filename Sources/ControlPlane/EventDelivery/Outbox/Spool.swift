internal import Foundation

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The events that wait for one destination, in files: a queue that outlives the process.
///
/// Segments are appended to, and deleted when all of their events have arrived; `cursor` says how far that is. An event that
/// was appended is in the system's hands, so that no end of the process loses it; ``sync()`` brings it onto the disk, for
/// an end of the machine. The files never have more than `limit` bytes; what finds no room is not taken.
///
/// Not `Sendable`: who has it uses it from one place. Its calls wait for the disk.
final class Spool {
    /// A place between two events.
    struct Position: Hashable, Comparable {
        let segment: Int
        let offset: Int

        static func < (left: Position, right: Position) -> Bool {
            (left.segment, left.offset) < (right.segment, right.offset)
        }
    }

    struct Batch {
        let events: [SpooledEvent]
        let end: Position
    }

    let folder: String
    private let limit: Int
    private let segmentBytes: Int
    private var segments: [SpoolSegment]
    private var cursor: Position
    private var isDirty = false
    /// Events that wait.
    private(set) var count = 0
    /// Of all that were taken since it was opened, and those that waited then.
    private(set) var taken = 0
    /// Places in files that could not be read; what stood behind them is lost.
    private(set) var damages = 0

    /// Opens what is there, or begins anew.
    ///
    /// - Parameters:
    ///   - folder: made where it is not there.
    ///   - limit: the most bytes of the files, half written ones included.
    /// - Throws: where the folder cannot be read or made.
    init(_ folder: String, limit: Int) throws {
        self.folder = folder
        self.limit = limit
        self.segmentBytes = max(64 << 10, min(4 << 20, limit / 8))
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        let numbers = try FileManager.default.contentsOfDirectory(atPath: folder)
            .compactMap { $0.hasSuffix(SpoolSegment.ending) ? Int($0.dropLast(SpoolSegment.ending.count)) : nil }
            .sorted()
        self.segments = []
        self.cursor = Position(segment: numbers.first ?? 1, offset: 0)
        if let saved = Self.savedCursor(folder), saved > self.cursor { self.cursor = saved }
        for number in numbers {
            guard number >= self.cursor.segment else {
                unlink(SpoolSegment.path(folder, number))
                continue
            }
            let from = number == self.cursor.segment ? self.cursor.offset : 0
            let segment = try SpoolSegment(opening: folder, number: number, countingFrom: from)
            self.count += segment.count
            self.damages += segment.isDamaged ? 1 : 0
            self.segments.append(segment)
        }
        if let first = self.segments.first, first.number > self.cursor.segment {
            self.cursor = Position(segment: first.number, offset: 0)
        }
        self.taken = self.count
    }

    /// Of all files.
    var bytes: Int { self.segments.reduce(0) { $0 + $1.bytes } }

    // MARK: - In

    /// Takes as many of `frames`, in their order, as there is room for in `room` more bytes.
    ///
    /// - Returns: how many; the others were not taken.
    func append(_ frames: [[UInt8]], room: Int) throws -> Int {
        var free = min(self.limit - self.bytes, room)
        var taken = 0
        var index = 0
        while index < frames.count {
            var chunk: [UInt8] = []
            let segment = try self.writable()
            let place = self.segmentBytes - segment.bytes
            var inChunk = 0
            while index < frames.count, frames[index].count <= free,
                chunk.isEmpty || chunk.count + frames[index].count <= place
            {
                chunk += frames[index]
                free -= frames[index].count
                inChunk += 1
                index += 1
            }
            guard inChunk > 0 else { return taken }
            try segment.append(chunk, events: inChunk)
            self.isDirty = true
            self.count += inChunk
            self.taken += inChunk
            taken += inChunk
        }
        return taken
    }

    /// The last segment, or a new one where that is full.
    private func writable() throws -> SpoolSegment {
        if let last = self.segments.last, self.isOpen(last) { return last }
        try self.sync()
        // Never a number that was there before: the cursor on the disk may lie behind what is known here.
        let number = max(self.segments.last?.number ?? 0, self.cursor.segment) + 1
        let segment = try SpoolSegment(making: self.folder, number: number)
        if self.segments.isEmpty { self.cursor = Position(segment: number, offset: 0) }
        self.segments.append(segment)
        return segment
    }

    /// What was appended is on the disk when this returns.
    func sync() throws {
        guard self.isDirty, let last = self.segments.last else { return }
        try last.sync()
        self.isDirty = false
    }

    // MARK: - Out

    /// The next events, at most `limit` and about `bytes`; nil where there are none. They stay until ``advance(to:by:)``.
    func batch(limit: Int, bytes: Int) throws -> Batch? {
        var events: [SpooledEvent] = []
        var position = self.cursor
        var left = bytes
        for segment in self.segments where segment.number >= position.segment {
            if segment.number > position.segment { position = Position(segment: segment.number, offset: 0) }
            let read = try segment.read(from: position.offset, limit: limit - events.count, bytes: left)
            events += read.events
            left -= read.end - position.offset
            position = Position(segment: segment.number, offset: read.end)
            // What is left of this file comes before the next one.
            guard read.end >= segment.goodBytes, events.count < limit, left > 0 else { break }
        }
        return events.isEmpty ? nil : Batch(events: events, end: position)
    }

    /// The first `events` have arrived, up to `position`.
    func advance(to position: Position, by events: Int) throws {
        self.cursor = position
        self.count -= events
        while let first = self.segments.first, self.isDone(first) {
            first.delete()
            self.segments.removeFirst()
        }
        if let first = self.segments.first, first.number > self.cursor.segment {
            self.cursor = Position(segment: first.number, offset: 0)
        }
        try self.saveCursor()
    }

    private func isDone(_ segment: SpoolSegment) -> Bool {
        if segment.number < self.cursor.segment { return true }
        // The last one is kept while it may be written on.
        return segment.number == self.cursor.segment && segment.goodBytes <= self.cursor.offset
            && (!self.isOpen(segment) || self.segments.count > 1)
    }

    /// Whether it may be written on. What an earlier process has left may not: the cursor may lie behind its end, where the
    /// machine went down.
    private func isOpen(_ segment: SpoolSegment) -> Bool { segment.isNew && segment.bytes < self.segmentBytes }

    /// Deletes everything.
    func remove() {
        self.segments = []
        try? FileManager.default.removeItem(atPath: self.folder)
    }

    // MARK: - The cursor

    /// Not synced: where it is lost, events are sent again.
    private func saveCursor() throws {
        try Data("\(self.cursor.segment) \(self.cursor.offset)\n".utf8)
            .write(to: URL(filePath: "\(self.folder)/cursor"), options: .atomic)
    }

    private static func savedCursor(_ folder: String) -> Position? {
        guard let text = try? String(contentsOfFile: "\(folder)/cursor", encoding: .utf8) else { return nil }
        let numbers = text.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
        guard numbers.count == 2, numbers[0] > 0, numbers[1] >= 0 else { return nil }
        return Position(segment: numbers[0], offset: numbers[1])
    }
}
