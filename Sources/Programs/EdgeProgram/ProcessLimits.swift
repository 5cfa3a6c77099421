import Foundation
import Logging

/// What the operating system allows this process.
enum ProcessLimits {
    /// Descriptors beside those of connections: database, log, listeners.
    private static let spareDescriptors = 200

    /// No core dumps: they would hold keys and visitors' bytes.
    static func forbidCoreDumps() {
        var limit = rlimit(rlim_cur: 0, rlim_max: 0)
        // Lowering a limit is always allowed.
        setrlimit(Self.core, &limit)
    }

    /// Whoever reads the output may go; writing to it fails then, and ends nothing.
    static func ignoreBrokenPipes() {
        signal(SIGPIPE, SIG_IGN)
    }

    /// Until someone listens for it: SIGHUP asks for a reload, and must not end an edge that is just starting.
    static func ignoreHangUps() {
        signal(SIGHUP, SIG_IGN)
    }

    /// Raises the number of open files to what is allowed.
    ///
    /// - Parameter connections: how many there may be; each may need another to an upstream.
    /// - Returns: what the operator should know when that is too few; nil when it is enough.
    static func raiseOpenFiles(for connections: Int) -> Logger.Metadata? {
        var limit = rlimit()
        guard getrlimit(Self.openFiles, &limit) == 0 else { return nil }
        let wanted = rlim_t(connections * 2 + Self.spareDescriptors)
        if limit.rlim_max < wanted {
            // Root may raise the hard limit too; others keep what they have.
            var higher = rlimit(rlim_cur: wanted, rlim_max: wanted)
            if setrlimit(Self.openFiles, &higher) == 0 { return nil }
        }
        limit.rlim_cur = limit.rlim_max
        setrlimit(Self.openFiles, &limit)
        return limit.rlim_max >= wanted ? nil : ["limit.files": "\(limit.rlim_max)", "limit.wanted": "\(wanted)"]
    }

    #if canImport(Glibc)
        private static let core = __rlimit_resource_t(RLIMIT_CORE.rawValue)
        private static let openFiles = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
        private static let core = RLIMIT_CORE
        private static let openFiles = RLIMIT_NOFILE
    #endif
}
