import Foundation

/// The memory that this process may use.
enum MachineMemory {
    /// That of its control group where that has a bound, else the machine's.
    static var bytes: Int {
        let machine = Int(clamping: ProcessInfo.processInfo.physicalMemory)
        return ([machine] + Self.groupFiles.compactMap(Self.bound)).min() ?? machine
    }

    /// Where Linux tells the bound: in version 2 of control groups and in version 1, inside a container and outside.
    private static var groupFiles: [String] {
        let own = (Self.text(of: "/proc/self/cgroup") ?? "").split(separator: "\n").compactMap { line in
            line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).last.map(String.init)
        }
        return own.map { "/sys/fs/cgroup\($0)/memory.max" }
            + ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"]
    }

    /// Nil where there is none: version 2 says so in words, version 1 with a number beyond every machine's.
    private static func bound(_ path: String) -> Int? {
        Self.text(of: path).flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }.flatMap {
            $0 > 0 ? $0 : nil
        }
    }

    private static func text(of path: String) -> String? {
        // A file that is not there is how most of them answer.
        try? String(contentsOfFile: path, encoding: .utf8)
    }
}
