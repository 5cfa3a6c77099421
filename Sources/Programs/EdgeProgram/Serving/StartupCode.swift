import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// The code that was mapped while the process started.
///
/// The kernel maps what surrounds each page that is touched, so that a start leaves most of a large static program in the
/// process, which needs a part of it from then on (`docs/decisions/0316-code-of-the-start.md`).
enum StartupCode {
    /// Lets go of all of it. What is needed again comes back from the page cache when it is, without a read; code is never
    /// written to, so nothing is lost.
    static func release() {
        #if canImport(Glibc)
            // Without it the process is as it was.
            guard let maps = try? String(contentsOfFile: "/proc/self/maps", encoding: .utf8) else { return }
            for line in maps.split(separator: "\n") {
                guard let range = Self.code(in: line) else { continue }
                // It fails where somebody wants memory to be locked.
                _ = madvise(UnsafeMutableRawPointer(bitPattern: range.lowerBound), range.count, MADV_DONTNEED)
            }
        #endif
    }

    /// The addresses of a line of `/proc/self/maps`; nil where it is not the code of a file.
    static func code(in line: Substring) -> Range<UInt>? {
        let fields = line.split(separator: " ")
        guard fields.count >= 6, fields[1] == "r-xp", fields[5].hasPrefix("/") else { return nil }
        let bounds = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
        guard bounds.count == 2, bounds[0] < bounds[1] else { return nil }
        return bounds[0]..<bounds[1]
    }
}
