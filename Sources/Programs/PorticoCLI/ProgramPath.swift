import Foundation
import Model

/// Where this program is, and how it begins anew.
enum ProgramPath {
    /// Asked at the start: after an update the system knows only that the file is gone.
    static var current: String {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
            ?? Bundle.main.executablePath ?? CommandLine.arguments[0]
    }

    /// Runs the program anew in this process, with the same arguments.
    ///
    /// - Returns: only where it cannot.
    static func startAnew(_ path: String) -> Failure {
        // What was ignored or blocked, on the thread that this runs on too, would be so for the next one.
        for number in [SIGINT, SIGTERM, SIGPIPE] { signal(number, SIG_DFL) }
        var none = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, nil)
        var arguments = CommandLine.arguments.map { strdup($0) }
        arguments.append(nil)
        execv(path, arguments)
        return Failure(.updateNotInstalled, "\(path) cannot be run: \(String(cString: strerror(errno)))")
    }
}
