import Foundation

/// What this process takes of the machine, as Linux tells it under `/proc`. What cannot be read is left out.
package struct ProcessUsage: Sendable {
    package let residentBytes: Int?
    package let processorSeconds: Double?
    package let openFiles: Int?

    package static func now() -> ProcessUsage {
        ProcessUsage(
            residentBytes: Self.residentBytes(),
            processorSeconds: Self.processorSeconds(),
            openFiles: (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd"))?.count
        )
    }

    /// Memory that the process holds; one read of a small file.
    package static func residentBytes() -> Int? {
        guard let file = fopen("/proc/self/statm", "r") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 128)
        guard fgets(&line, Int32(line.count), file) != nil else { return nil }
        let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let fields = text.split(separator: " ")
        guard fields.count > 1, let pages = Int(fields[1]) else { return nil }
        return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    private static func processorSeconds() -> Double? {
        var usage = timespec()
        guard clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &usage) == 0 else { return nil }
        return Double(usage.tv_sec) + Double(usage.tv_nsec) / 1e9
    }

    /// Under the names that scrapers know of every program.
    package var families: [MetricFamily] {
        func family(_ name: String, _ kind: MetricFamily.Kind, _ help: String, _ value: Double?) -> MetricFamily {
            MetricFamily(name, kind, help, value.map { [.init($0)] } ?? [])
        }
        return [
            family(
                "process_resident_memory_bytes",
                .gauge,
                "Memory that the process holds.",
                self.residentBytes.map(Double.init)
            ),
            family(
                "process_cpu_seconds_total",
                .counter,
                "Processor time that the process has used.",
                self.processorSeconds
            ),
            family("process_open_fds", .gauge, "Files and sockets that are open.", self.openFiles.map(Double.init)),
        ]
    }
}
