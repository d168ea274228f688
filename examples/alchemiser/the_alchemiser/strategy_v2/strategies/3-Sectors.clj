; Sectors above their own average; all the same if there are none.
(defsymphony "Sectors"
  {:asset-class "EQUITIES" :rebalance-threshold 0.1}
  (weight-specified
    0.5 (filter (moving-average-return) (select-top 3)
          [(asset "XLK") (asset "XLF") (asset "XLE") (asset "XLV") (asset "XLI") (asset "XLU")])
    0.5 (weight-equal [(asset "XLK") (asset "XLV") (asset "XLU")])))
