internal import Foundation
internal import Store

/// The records of a backup, as its lines come in.
struct BackupContent {
    private var line = 0
    private var end: Backup.Summary?
    private var digest = ContentDigest()
    /// With the number of the line, which gives the order in which they were written.
    private var records: [RecordName: (line: Int, record: Record)] = [:]

    mutating func add(_ text: Data) throws(BackupError) {
        self.line += 1
        let line: BackupLine
        do {
            line = try JSONDecoder().decode(BackupLine.self, from: text)
        } catch {
            throw self.line == 1 ? .foreign : .line(self.line)
        }
        switch line {
        case .head(let format):
            guard self.line == 1 else { throw .line(self.line) }
            guard format <= BackupLine.format else { throw .newer(format: format) }
        case _ where self.line == 1: throw .foreign
        case _ where self.end != nil: throw .line(self.line)
        case .record(let record):
            self.digest.put(record)
            self.records[RecordName(kind: record.kind.name, id: record.id)] = (self.line, record)
        case .deletion(let name):
            self.digest.remove(name)
            self.records[name] = nil
        case .end(let records, let digest):
            self.end = Backup.Summary(records: records, digest: digest)
        }
    }

    /// - Returns: the records, in the order in which they were written.
    /// - Throws: `.cut` or `.changed` when they are not what was saved.
    func finish() throws(BackupError) -> (records: [Record], summary: Backup.Summary) {
        guard self.line > 0 else { throw .foreign }
        guard let end = self.end else { throw .cut }
        guard end == Backup.Summary(records: self.digest.count, digest: self.digest.text) else { throw .changed }
        return (self.records.values.sorted { $0.line < $1.line }.map(\.record), end)
    }
}

/// Cuts bytes into lines.
struct LineSplitter {
    private let limit: Int
    private var rest = Data()
    private var count = 0

    init(limit: Int) {
        self.limit = limit
    }

    /// Whether nothing is left of a line that has not ended.
    var isEmpty: Bool { self.rest.isEmpty }

    /// - Returns: the lines that end in `bytes`.
    /// - Throws: `.line` when one is longer than the limit.
    mutating func add(_ bytes: Data) throws(BackupError) -> [Data] {
        var lines: [Data] = []
        var start = bytes.startIndex
        while let end = bytes[start...].firstIndex(of: 0x0A) {
            lines.append(self.rest + bytes[start..<end])
            self.rest = Data()
            start = end + 1
        }
        self.rest += bytes[start...]
        self.count += lines.count
        guard self.rest.count <= self.limit else { throw .line(self.count + 1) }
        return lines
    }
}
