import APIServer
import Foundation
import HTTPTypes
import Hummingbird
import Model
import NIOCore

/// What a form has sent (`application/x-www-form-urlencoded`), in its order.
struct FormFields: Sendable {
    private static let limit = 2000

    private var fields: [(name: String, value: String)] = []

    init(_ fields: [(name: String, value: String)] = []) {
        self.fields = fields
    }

    /// - Throws: `formUnreadable`.
    init(parsing text: some StringProtocol) throws(Failure) {
        for part in text.split(separator: "&") {
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentText.decode(sides[0]),
                let value = PercentText.decode(sides.count > 1 ? sides[1] : ""),
                self.fields.count < Self.limit
            else { throw Failure(.formUnreadable, "What was sent is no form.") }
            // Browsers end lines as mail does; documents that are kept end them as files do.
            self.fields.append((name, value.replacing("\r\n", with: "\n")))
        }
    }

    /// The value of the first field of this name; nil where there is none.
    subscript(name: String) -> String? { self.fields.first { $0.name == name }?.value }

    /// The same, without blanks at its ends; empty where there is none.
    func text(_ name: String) -> String {
        (self[name] ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
    }

    func secret(_ name: String) -> Secret { Secret(self[name] ?? "") }

    /// All values of the name: of boxes that are ticked, say.
    func all(_ name: String) -> [String] { self.fields.filter { $0.name == name }.map(\.value) }

    func has(_ name: String) -> Bool { self.fields.contains { $0.name == name } }

    /// What a request sends.
    ///
    /// - Throws: `formUnreadable`.
    static func read(_ request: Request, _ configuration: DashboardConfiguration) async throws(Failure) -> FormFields {
        let type = (request.headers[.contentType] ?? "").prefix { $0 != ";" }.lowercased()
        guard type == "application/x-www-form-urlencoded" else {
            throw Failure(.formUnreadable, "What was sent is no form.")
        }
        let limit = configuration.formLimit
        do {
            let bytes = try await Deadline.within(configuration.formTimeout) {
                try await request.body.collect(upTo: limit)
            }
            return try FormFields(parsing: String(buffer: bytes))
        } catch let failure as Failure {
            throw failure
        } catch is NIOTooManyBytesError {
            throw Failure(.formUnreadable, "The form has more than \(limit) bytes.")
        } catch {
            throw Failure(.formUnreadable, "The form did not arrive.", detail: "\(error)", cause: error)
        }
    }
}

/// A bound for what a peer takes its time with.
enum Deadline {
    /// - Throws: what `body` throws; `CancellationError` where the time is over.
    static func within<Value: Sendable>(
        _ time: Duration,
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await Task.sleep(for: time)
                throw CancellationError()
            }
            defer { group.cancelAll() }
            guard let value = try await group.next() else { throw CancellationError() }
            return value
        }
    }
}
