import Foundation
package import Model
import Portico

/// Has systemd run the agent.
package struct ServiceManager: Sendable {
    /// Tells whether systemd is what this machine was started by, as sd_booted(3) does.
    private static let sign = "/run/systemd/system"
    private static let program = "systemctl"

    /// - Throws: `.serviceManagerMissing`.
    package init() throws(Failure) {
        var status = stat()
        guard lstat(Self.sign, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw Failure(.serviceManagerMissing, "There is no systemd at work on this machine")
        }
    }

    /// Writes the unit, and has the machine start it from now on when it starts itself.
    package func install(_ unit: ServiceUnit) throws(Failure) {
        let text = try unit.text()
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: ServiceUnit.path), options: .atomic)
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: ServiceUnit.path)
        } catch {
            throw Failure(.serviceFailed, "\(ServiceUnit.path) cannot be written: \(error.localizedDescription)")
        }
        try self.run(["daemon-reload"])
        try self.run(["enable", ServiceUnit.name])
    }

    package func uninstall() throws(Failure) {
        try self.needUnit()
        try self.run(["disable", "--now", ServiceUnit.name])
        do {
            try FileManager.default.removeItem(atPath: ServiceUnit.path)
        } catch {
            throw Failure(.serviceFailed, "\(ServiceUnit.path) cannot be removed: \(error.localizedDescription)")
        }
        try self.run(["daemon-reload"])
    }

    /// `start`, `stop` or `restart`.
    package func tell(_ verb: String) throws(Failure) {
        try self.needUnit()
        try self.run([verb, ServiceUnit.name])
    }

    /// What systemd says of the service: `active`, `inactive`, `failed`, and whether it starts with the machine.
    package func status() throws(Failure) -> (state: String, startsWithMachine: Bool) {
        try self.needUnit()
        let state = try self.ask(["is-active", ServiceUnit.name]).output
        let isEnabled = try self.ask(["is-enabled", ServiceUnit.name]).status == 0
        return (state.trimmingCharacters(in: .whitespacesAndNewlines), isEnabled)
    }

    private func needUnit() throws(Failure) {
        guard FileManager.default.fileExists(atPath: ServiceUnit.path) else {
            throw Failure(
                .serviceFailed,
                "The service is not installed; `portico service install --config FILE` does it"
            )
        }
    }

    private func run(_ arguments: [String]) throws(Failure) {
        let (status, output) = try self.ask(arguments)
        guard status == 0 else {
            let words = output.split(separator: "\n").first.map(String.init) ?? "it ended with status \(status)"
            throw Failure(.serviceFailed, "systemctl \(arguments.joined(separator: " ")): \(words)")
        }
    }

    private func ask(_ arguments: [String]) throws(Failure) -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [Self.program, "--no-pager", "--no-ask-password"] + arguments
        process.standardInput = FileHandle.nullDevice
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        do {
            try process.run()
            let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
            process.waitUntilExit()
            return (process.terminationStatus, String(decoding: output, as: UTF8.self))
        } catch {
            throw Failure(.serviceFailed, "systemctl cannot be run: \(error.localizedDescription)")
        }
    }
}
