package collector

import (
	"math"
	"slices"

	"go.opentelemetry.io/collector/pdata/pmetric"
)

// explicitBuckets writes the buckets of an exponential histogram as bounds and
// counts, so that a reader needs to know one kind of histogram only. Bucket i
// of such a histogram counts what is above base^(offset+i) and at most
// base^(offset+i+1), where base = 2^(2^-scale); negative values mirror that,
// and what is too small for either is counted as zero. It returns nothing when
// the bounds are not finite and growing, as with an absurd scale.
func explicitBuckets(p pmetric.ExponentialHistogramDataPoint) (bounds []float64, counts []uint64) {
	power := func(index int) float64 {
		return math.Exp2(float64(index) * math.Exp2(-float64(p.Scale())))
	}
	counts = append(counts, 0) // below every bound
	if neg := p.Negative(); neg.BucketCounts().Len() > 0 {
		n := neg.BucketCounts().Len()
		for i := n; i >= 0; i-- {
			bounds = append(bounds, -power(int(neg.Offset())+i))
		}
		negative := neg.BucketCounts().AsRaw()
		slices.Reverse(negative)
		counts = append(counts, negative...)
	}
	counts = append(counts, p.ZeroCount()) // up to the first positive bound
	if pos := p.Positive(); pos.BucketCounts().Len() > 0 {
		for i := range pos.BucketCounts().Len() + 1 {
			bounds = append(bounds, power(int(pos.Offset())+i))
		}
		counts = append(counts, pos.BucketCounts().AsRaw()...)
		counts = append(counts, 0) // above every bound
	}
	if p.Negative().BucketCounts().Len() == 0 {
		counts = counts[1:] // the zeros are the first bucket
	}
	if !Growing(bounds) {
		return nil, nil
	}
	return bounds, counts
}
