; Long bonds while they rise, short ones while they fall.
(defsymphony "Bonds"
  {:asset-class "BONDS" :rebalance-threshold 0.02}
  (if (< (exponential-moving-average-price "TLT" 12) (moving-average-price "TLT" 50))
    [(asset "SHY") (asset "BIL")]
    [(asset "TLT")]))
