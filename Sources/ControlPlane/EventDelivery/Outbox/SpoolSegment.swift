internal import Foundation

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// One file of a spool: frames of events, one behind the other.
final class SpoolSegment {
    static let ending = ".events"

    let number: Int
    /// Whether this process has begun it.
    let isNew: Bool
    private let path: String
    private let descriptor: Int32
    /// Of the file.
    private(set) var bytes: Int
    /// Of frames that are whole.
    private(set) var goodBytes: Int
    /// Events behind the place that it was opened at.
    private(set) var count: Int
    /// Whether something that is no frame stands in it, and not at its end.
    private(set) var isDamaged = false

    static func path(_ folder: String, _ number: Int) -> String {
        let digits = String(number)
        return "\(folder)/\(String(repeating: "0", count: max(0, 10 - digits.count)))\(digits)\(Self.ending)"
    }

    init(making folder: String, number: Int) throws {
        self.number = number
        self.isNew = true
        self.path = Self.path(folder, number)
        self.descriptor = open(self.path, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o600)
        (self.bytes, self.goodBytes, self.count) = (0, 0, 0)
        guard self.descriptor >= 0 else { throw Self.failure() }
        // The name, too, is there after an end of the machine.
        let place = open(folder, O_RDONLY | O_CLOEXEC)
        guard place >= 0 else { throw Self.failure() }
        defer { close(place) }
        guard fsync(place) == 0 else { throw Self.failure() }
    }

    /// Looks through the file. What a process that was killed has left half written at its end is cut off: nobody was told
    /// that it is there.
    init(opening folder: String, number: Int, countingFrom start: Int) throws {
        self.number = number
        self.isNew = false
        self.path = Self.path(folder, number)
        self.descriptor = open(self.path, O_RDWR | O_APPEND | O_CLOEXEC)
        (self.bytes, self.goodBytes, self.count) = (0, 0, 0)
        guard self.descriptor >= 0 else { throw Self.failure() }
        let end = lseek(self.descriptor, 0, SEEK_END)
        guard end >= 0 else { throw Self.failure() }
        self.bytes = Int(end)
        while true {
            let part = try self.read(from: self.goodBytes, limit: 1000, bytes: 1 << 20)
            guard part.end > self.goodBytes else { break }
            // Frames before `start` have arrived already.
            self.count += part.places.count { $0 >= start }
            self.goodBytes = part.end
        }
        guard self.goodBytes < self.bytes else { return }
        if self.bytes - self.goodBytes <= SpoolFrame.headerBytes + SpoolFrame.largest, try self.isTorn() {
            guard ftruncate(self.descriptor, off_t(self.goodBytes)) == 0 else { throw Self.failure() }
            self.bytes = self.goodBytes
        } else {
            self.isDamaged = true
        }
    }

    deinit {
        if self.descriptor >= 0 { close(self.descriptor) }
    }

    /// Whether what stands behind the last whole frame is the beginning of one.
    private func isTorn() throws -> Bool {
        let rest = try self.bytes(at: self.goodBytes, count: SpoolFrame.headerBytes)
        guard rest.count == SpoolFrame.headerBytes else { return true }
        guard let length = SpoolFrame.length(rest[...]) else { return rest.allSatisfy { $0 == 0 } }
        return self.goodBytes + SpoolFrame.headerBytes + length >= self.bytes
    }

    func append(_ frames: [UInt8], events: Int) throws {
        var written = 0
        while written < frames.count {
            let count = frames[written...].withUnsafeBytes { write(self.descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                let failure = Self.failure()
                // A disk that is full may have taken a part.
                ftruncate(self.descriptor, off_t(self.goodBytes))
                throw failure
            }
            written += count
        }
        self.bytes += frames.count
        self.goodBytes = self.bytes
        self.count += events
    }

    func sync() throws {
        guard fdatasync(self.descriptor) == 0 else { throw Self.failure() }
    }

    /// The events from `offset` on: at most `limit`, in about so many bytes, and one at least where there is one.
    func read(
        from offset: Int,
        limit: Int,
        bytes limitBytes: Int
    ) throws -> (events: [SpooledEvent], places: [Int], end: Int) {
        var events: [SpooledEvent] = []
        var places: [Int] = []
        var end = offset
        var buffer = try self.bytes(at: offset, count: max(limitBytes, 64 << 10))[...]
        while events.count < limit {
            if let frame = SpoolFrame.decode(buffer) {
                events.append(frame.event)
                places.append(end)
                end += frame.count
                buffer = buffer.dropFirst(frame.count)
                if end - offset >= limitBytes { break }
            } else if events.isEmpty, let length = SpoolFrame.length(buffer), buffer.count < length + 8 {
                let whole = try self.bytes(at: offset, count: length + SpoolFrame.headerBytes)
                guard whole.count > buffer.count else { break }
                buffer = whole[...]
            } else {
                break
            }
        }
        return (events, places, end)
    }

    private func bytes(at offset: Int, count: Int) throws -> [UInt8] {
        let wanted = min(count, max(0, self.bytes - offset))
        var bytes = [UInt8](repeating: 0, count: wanted)
        var filled = 0
        while filled < wanted {
            let got = bytes[filled...].withUnsafeMutableBytes {
                pread(self.descriptor, $0.baseAddress, $0.count, off_t(offset + filled))
            }
            if got < 0 {
                if errno == EINTR { continue }
                throw Self.failure()
            }
            if got == 0 { return Array(bytes[..<filled]) }
            filled += got
        }
        return bytes
    }

    func delete() {
        unlink(self.path)
    }

    private static func failure() -> POSIXError { POSIXError(.init(rawValue: errno) ?? .EIO) }
}
