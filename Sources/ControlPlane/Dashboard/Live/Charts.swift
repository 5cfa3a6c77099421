import Foundation

/// A line without axes, which fills its own scale.
struct SparkLine {
    let path: String
    let area: String

    init(_ values: [Double]) {
        let top = max(values.max() ?? 0, 1)
        let line = ChartLine(values, width: 100, height: 28, inset: 2, top: top)
        self.path = line.path
        self.area = line.area
    }
}

/// The points of a line, as SVG says them.
struct ChartLine {
    let path: String
    let area: String

    init(_ values: [Double], width: Double, height: Double, inset: Double, top: Double) {
        let step = values.count > 1 ? width / Double(values.count - 1) : width
        let points = values.enumerated().map { index, value in
            "\(Self.digits(Double(index) * step)) \(Self.digits(height - value / top * (height - inset)))"
        }
        let line = points.joined(separator: "L")
        self.path = "M\(line)"
        self.area = "M0 \(Self.digits(height))L\(line)L\(Self.digits(width)) \(Self.digits(height))Z"
    }

    static func digits(_ number: Double) -> String {
        let tenths = Int((number * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(abs(tenths % 10))"
    }
}

/// Requests each second over a range, and those that failed as bars.
struct RequestChart {
    struct Bar {
        let x: String
        let y: String
        let width: String
        let height: String
    }

    private static let size = (width: 720.0, height: 176.0)

    let labels: [String]
    let grid: [String]
    let path: String
    let area: String
    let bars: [Bar]
    let times: [String]
    let sentence: String
    let table: TableView

    init(_ steps: [TrafficHistory.Step], _ range: TrafficHistory.Range) {
        let seconds = Double(range.samples) * TrafficHistory.seconds
        let rates = steps.map { Double($0.requests) / seconds }
        let peak = rates.max() ?? 0
        let top = Self.round(peak)
        let line = ChartLine(rates, width: Self.size.width, height: Self.size.height, inset: 0, top: top)
        self.path = line.path
        self.area = line.area
        self.labels = (0...4).map { NumberText.axis(top * Double(4 - $0) / 4) }
        self.grid = (0..<4).map { ChartLine.digits(Self.size.height * Double($0) / 4) }
        let width = Self.size.width / Double(max(steps.count, 1))
        self.bars = steps.enumerated().compactMap { index, step in
            guard step.failed > 0 else { return nil }
            let height = max(2, min(1, Double(step.failed) / seconds / top) * Self.size.height)
            return Bar(
                x: ChartLine.digits(Double(index) * width),
                y: ChartLine.digits(Self.size.height - height),
                width: ChartLine.digits(max(1, width - 0.5)),
                height: ChartLine.digits(height)
            )
        }
        self.times =
            range == .hour ? ["60 min", "45 min", "30 min", "15 min", "now"] : ["24 h", "18 h", "12 h", "6 h", "now"]
        let failed = steps.reduce(0) { $0 + $1.failed }
        let requests = steps.reduce(0) { $0 + $1.requests }
        self.sentence = """
            Requests each second over the last \(range.title): at most \(NumberText.rate(peak)), \
            \(requests) in all, \(failed) of them failed.
            """
        self.table = Self.table(steps, range)
    }

    /// Twelve rows, so that it can be read.
    private static func table(_ steps: [TrafficHistory.Step], _ range: TrafficHistory.Range) -> TableView {
        let size = max(1, steps.count / 12)
        let minutes = Double(range.samples) * TrafficHistory.seconds / 60
        var rows: [[Cell]] = []
        for start in stride(from: 0, to: steps.count, by: size) {
            let part = steps[start..<min(start + size, steps.count)]
            let age = Int((Double(steps.count - start) * minutes).rounded())
            rows.append([
                Cell(age >= 60 ? "\(age / 60) h \(age % 60) min ago" : "\(age) min ago"),
                Cell(NumberText.grouped(part.reduce(0) { $0 + $1.requests })),
                Cell(NumberText.grouped(part.reduce(0) { $0 + $1.failed })),
            ])
        }
        return TableView("Requests over time", [("From", "main"), ("Requests", "num"), ("Failed", "num")], rows)
    }

    /// The next of 1, 2, 4, 10, 20, 40 … above, so that the axis has even numbers.
    private static func round(_ peak: Double) -> Double {
        var top = 1.0
        for factor in [
            1.0, 2, 4, 10, 20, 40, 100, 200, 400, 1000, 2000, 4000, 10_000, 20_000, 40_000, 100_000, 1_000_000,
        ]
        where top < peak { top = factor }
        return max(top, peak)
    }
}
