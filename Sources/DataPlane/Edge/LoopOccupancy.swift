#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How much of the time a thread had something to do: it ran, or it was ready to and waited for a processor.
///
/// From Linux' scheduler (`/proc/thread-self/schedstat`), which a loop reads of itself four times a second, a small file
/// that is never on a disk. Where there is none, the time that the thread ran, which says too little on a machine that others use.
final class LoopOccupancy {
    private let file: CInt
    private var last: (busy: UInt64, at: UInt64)?

    /// To be made on the thread that is looked at.
    init() {
        self.file = open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC)
    }

    deinit {
        if self.file >= 0 { close(self.file) }
    }

    /// The share of the time since it was last asked; nil for the first time, and where nothing can be said.
    func share(now: UInt64) -> Double? {
        guard let busy = self.scheduled() ?? Self.processorTime() else { return nil }
        defer { self.last = (busy, now) }
        guard let last = self.last, now > last.at, busy >= last.busy else { return nil }
        return min(1, Double(busy - last.busy) / Double(now - last.at))
    }

    /// Nanoseconds that it ran and that it waited, the first two numbers of the file.
    private func scheduled() -> UInt64? {
        guard self.file >= 0 else { return nil }
        return withUnsafeTemporaryAllocation(byteCount: 96, alignment: 1) { space in
            let count = pread(self.file, space.baseAddress, space.count, 0)
            guard count > 0 else { return nil }
            let numbers = space[..<count].split(separator: UInt8(ascii: " "), maxSplits: 2)
            guard numbers.count == 3 else { return nil }
            var sum: UInt64 = 0
            for digits in numbers[..<2] {
                guard let number = UInt64(String(decoding: digits, as: UTF8.self)) else { return nil }
                sum &+= number
            }
            // Kernels that keep no such numbers show zeros.
            return sum > 0 ? sum : nil
        }
    }

    private static func processorTime() -> UInt64? {
        var time = timespec()
        guard clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) == 0 else { return nil }
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
