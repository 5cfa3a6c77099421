internal import CPostgres
internal import Foundation

/// What one statement gave back, column by column in PostgreSQL's binary form.
final class QueryResult {
    private let handle: OpaquePointer

    /// Takes `handle` over.
    init(_ handle: OpaquePointer) {
        self.handle = handle
    }

    deinit {
        PQclear(self.handle)
    }

    var status: ExecStatusType { PQresultStatus(self.handle) }
    var rowCount: Int { Int(PQntuples(self.handle)) }
    var rows: [Row] { (0..<PQntuples(self.handle)).map { Row(result: self, number: $0) } }

    /// nil where the statement went well.
    var error: ConnectionError? {
        switch self.status {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: return nil
        default: break
        }
        // PostgreSQL's DETAIL is left out: it quotes values.
        let text = self.field("M") ?? "no reason given"
        guard let state = self.field("C") else { return .lost(text) }
        return .refused(state: state, text)
    }

    private func field(_ code: Character) -> String? {
        guard let ascii = code.asciiValue, let text = PQresultErrorField(self.handle, Int32(ascii)) else { return nil }
        return String(cString: text)
    }

    /// A row. The columns must have the types that are asked for: the statements are ours.
    struct Row {
        fileprivate let result: QueryResult
        fileprivate let number: Int32

        private func bytes(_ column: Int32) -> UnsafeRawBufferPointer? {
            guard PQgetisnull(self.result.handle, self.number, column) == 0 else { return nil }
            let start = PQgetvalue(self.result.handle, self.number, column)
            return UnsafeRawBufferPointer(
                start: start,
                count: Int(PQgetlength(self.result.handle, self.number, column))
            )
        }

        /// nil for NULL.
        func text(_ column: Int32) -> String? {
            self.bytes(column).map { String(decoding: $0, as: UTF8.self) }
        }

        /// nil for NULL.
        func data(_ column: Int32) -> Data? {
            self.bytes(column).map { Data($0) }
        }

        /// A `bigint` or `integer`; nil for NULL.
        func number(_ column: Int32) -> Int64? {
            guard let bytes = self.bytes(column) else { return nil }
            switch bytes.count {
            case 8: return Int64(bigEndian: bytes.loadUnaligned(as: Int64.self))
            case 4: return Int64(Int32(bigEndian: bytes.loadUnaligned(as: Int32.self)))
            default: return nil
            }
        }

        func bool(_ column: Int32) -> Bool { self.bytes(column)?.first == 1 }
    }
}
