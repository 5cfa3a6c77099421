package import Foundation
import NIOConcurrencyHelpers

/// A program that runs beside the tests, with a thread that waits for its end. It inherits nothing but what it is given.
///
/// Foundation's `Process` is not for many at once: it takes a program for ended when it has closed what it inherited, which
/// OpenSSH's client does first of all, and then waits for it on the one thread that there is for all programs, so that
/// the end of another one is not noticed while it runs.
package final class ChildProgram: Sendable {
    /// The number of the program's process; nil when it has ended.
    private let process: NIOLockedValueBox<pid_t?>

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - path: of the program.
    ///   - arguments: behind its name.
    ///   - environment: that of the tests where none is given.
    ///   - input: nil for nothing to read.
    ///   - output: where it writes.
    ///   - errors: where it complains.
    ///   - whenEnded: is told once, as a shell tells it: the exit status, or 128 and the number of the signal.
    /// - Throws: where it cannot be started.
    package init(
        _ path: String,
        _ arguments: [String],
        environment: [String: String]? = nil,
        input: FileHandle? = nil,
        output: FileHandle,
        errors: FileHandle,
        whenEnded: @escaping @Sendable (Int32) -> Void = { _ in }
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let input {
            posix_spawn_file_actions_adddup2(&actions, input.fileDescriptor, STDIN_FILENO)
        } else {
            posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        }
        posix_spawn_file_actions_adddup2(&actions, output.fileDescriptor, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, errors.fileDescriptor, STDERR_FILENO)
        // The pipes of others would stay open with it.
        _ = Self.closeFrom?(&actions, STDERR_FILENO + 1)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Threads of tests block signals, and a shell that starts the tests in the background has them ignore some.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, CShort(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var words = ([path] + arguments).map { strdup($0) } + [nil]
        var variables =
            (environment ?? ProcessInfo.processInfo.environment).map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in words + variables { free(text) } }
        var number = pid_t()
        let failure = posix_spawn(&number, path, &actions, &attributes, &words, &variables)
        guard failure == 0 else { throw POSIXError(POSIXErrorCode(rawValue: failure) ?? .EINVAL) }
        let process = NIOLockedValueBox<pid_t?>(number)
        self.process = process
        let waited = number
        Thread.detachNewThread { whenEnded(Self.wait(for: waited, process)) }
    }

    private typealias CloseFrom =
        @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, CInt) -> CInt

    /// `posix_spawn_file_actions_addclosefrom_np` of glibc from 2.34 on, which its module does not show.
    private static let closeFrom: CloseFrom? = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np").map {
        // That is what the C library declares under this name.
        unsafeBitCast($0, to: CloseFrom.self)
    }

    /// Sends a signal, unless it has ended.
    package func send(_ signal: CInt) {
        self.process.withLockedValue { process in
            if let process { kill(process, signal) }
        }
    }

    private static func wait(for number: pid_t, _ process: NIOLockedValueBox<pid_t?>) -> Int32 {
        var information = siginfo_t()
        // The number stays the program's until it is taken below, where nobody sends it anything.
        while waitid(P_PID, id_t(number), &information, WEXITED | WNOWAIT) != 0, errno == EINTR { continue }
        return process.withLockedValue { process in
            process = nil
            var status: CInt = 0
            while waitpid(number, &status, 0) < 0, errno == EINTR { continue }
            let signal = status & 0x7F
            return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
        }
    }
}
